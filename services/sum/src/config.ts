import { readServiceConfig, type Environment, type ServiceConfig } from '@streamworks/common';

/** The settings of the sum service: those that every service has. */
export function readConfig(environment: Environment): ServiceConfig {
  return readServiceConfig(environment, { service: 'sum', port: 8081, folder: new URL('..', import.meta.url) });
}
