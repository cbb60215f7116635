import { readFlags, readWhole, refuseTls } from './flags.js';

/** What the command line of the server says. */
export interface ServerCommand {
  /** The settings that it gives, by the names that they have in the environment. */
  readonly settings: Readonly<Record<string, string>>;
}

export const help = `Usage: pnpm interop:server [--port <port>]

Serves grpc.testing.TestService. Exit code 0 after Ctrl-C.

  --port <port>  where it listens (default 10000, or INTEROP_PORT); 0 takes a free one

The official --use_tls=false is accepted. The settings of every service work, too, as environment variables: HOST=0.0.0.0
listens on every address and not only on localhost, DIRECT_HTTP2=off leaves messages to grpc-js, INTEROP_METRICS_PORT=20000
serves metrics; docs/settings.md has them all.
`;

/** Reads the command line; undefined where it asks for help. Throws a UsageError where it makes no sense. */
export function readServerCommand(args: readonly string[]): ServerCommand | undefined {
  const flags = readFlags(args, ['port', 'use_tls']);
  if (flags === undefined) return undefined;
  refuseTls(flags);
  if (flags['port'] === undefined) return { settings: {} };
  return { settings: { INTEROP_PORT: String(readWhole(flags, 'port', { byDefault: 10_000, most: 65_535 })) } };
}
