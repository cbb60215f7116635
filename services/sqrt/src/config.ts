import { readServiceConfig, type Environment, type ServiceConfig } from '@streamworks/common';

/** The settings of the sqrt service: those that every service has. */
export function readConfig(environment: Environment): ServiceConfig {
  return readServiceConfig(environment, { service: 'sqrt', port: 8083, folder: new URL('..', import.meta.url) });
}
