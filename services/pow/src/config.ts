import { readServiceConfig, type Environment, type ServiceConfig } from '@streamworks/common';

/** The settings of the pow service: those that every service has. */
export function readConfig(environment: Environment): ServiceConfig {
  return readServiceConfig(environment, { service: 'pow', port: 8082, folder: new URL('..', import.meta.url) });
}
