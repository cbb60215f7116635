import { readServiceConfig, StartError, type Environment, type ServiceConfig } from '@streamworks/common';
import { UsageError } from '@streamworks/common/cli';
import { readBoolean, readFlags, readWhole } from './flags.js';

export const help = `Usage: pnpm interop:server [--port <port>]

Serves grpc.testing.TestService, by default on localhost:10000. HOST=0.0.0.0 listens on every address; the other settings
of a service work, too, with names that begin with INTEROP_. TLS_CERT and TLS_KEY turn TLS on; --use_tls is accepted where it says the same.
`;

const folder = new URL('..', import.meta.url);

/** What differs from other services: no metrics over HTTP, and messages as large as other makers' test servers take. */
const defaults = { INTEROP_METRICS_PORT: 'off', MAX_MESSAGE_BYTES: String(16 * 1024 * 1024) };

/** The settings that every service has; `--port` stands before INTEROP_PORT. */
export function readConfig(args: readonly string[], environment: Environment): ServiceConfig {
  const config = readServiceConfig({ ...defaults, ...environment }, { service: 'interop', port: 10_000, folder });
  try {
    const flags = readFlags(args, ['port', 'use_tls']);
    if (readBoolean(flags, 'use_tls', false) && config.tls === undefined) {
      throw new UsageError('--use_tls=true: set TLS_CERT and TLS_KEY');
    }
    return { ...config, port: readWhole(flags, 'port', config.port, 65_535) };
  } catch (error) {
    throw error instanceof UsageError ? new StartError(error.message) : error;
  }
}
