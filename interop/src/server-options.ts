import { readBoolean, readFlags, readWhole } from './flags.js';

/** What the command line of the server says. */
export interface ServerCommand {
  /** The settings that it gives, by the names that they have in the environment. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether the settings have to turn TLS on. */
  readonly needsTls: boolean;
}

export const help = `Usage: pnpm interop:server [--port <port>]

Serves grpc.testing.TestService. Exit code 0 after Ctrl-C.

  --port <port>  where it listens (default 10000, or INTEROP_PORT); 0 takes a free one

TLS_CERT and TLS_KEY turn TLS on; the official --use_tls is accepted where it says the same. The settings of every service work, too, as environment variables: HOST=0.0.0.0
listens on every address and not only on localhost, DIRECT_HTTP2=off leaves messages to grpc-js, INTEROP_METRICS_PORT=20000
serves metrics; docs/settings.md has them all.
`;

/** Reads the command line; undefined where it asks for help. Throws a UsageError where it makes no sense. */
export function readServerCommand(args: readonly string[]): ServerCommand | undefined {
  const flags = readFlags(args, ['port', 'use_tls']);
  if (flags === undefined) return undefined;
  const needsTls = readBoolean(flags, 'use_tls', false);
  if (flags['port'] === undefined) return { settings: {}, needsTls };
  const port = readWhole(flags, 'port', { byDefault: 10_000, most: 65_535 });
  return { settings: { INTEROP_PORT: String(port) }, needsTls };
}
