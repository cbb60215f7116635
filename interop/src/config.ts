import { readServiceConfig, type Environment, type ServiceConfig } from '@streamworks/common';

const folder = new URL('..', import.meta.url);

/** What differs from other services: no metrics over HTTP, and messages as large as other makers' test servers take. */
const defaults = { INTEROP_METRICS_PORT: 'off', MAX_MESSAGE_BYTES: String(16 * 1024 * 1024) };

/** The settings that every service has. */
export function readConfig(environment: Environment): ServiceConfig {
  return readServiceConfig({ ...defaults, ...environment }, { service: 'interop', port: 10_000, folder });
}
