import { readServiceConfig, type Environment, type ServiceConfig } from '@streamworks/common';

/** The settings of the hello service: those that every service has. */
export function readConfig(environment: Environment): ServiceConfig {
  return readServiceConfig(environment, { service: 'hello', port: 8080, folder: new URL('..', import.meta.url) });
}
