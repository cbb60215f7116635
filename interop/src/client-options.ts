import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ClientOptions } from '@streamworks/common';
import { UsageError } from '@streamworks/common/cli';
import { cases } from './cases.js';
import { readBoolean, readFlags, type Flags } from './flags.js';
import type { PeerOptions } from './peer.js';
import { readSoak, soakFlags } from './soak-options.js';
import { readTarget } from './target.js';

/** What the client is to do. */
export interface ClientCommand {
  readonly names: readonly string[];
  readonly target: string;
  readonly options: PeerOptions;
}

/** Our own flags, then those of the official clients: two spellings of one thing, but for the soak cases. */
const names = [
  'case',
  'address',
  'direct_http2',
  'test_case',
  'server_host',
  'server_port',
  'use_tls',
  'ca_file',
  // Of use with TLS only, and given without it by scripts that give the same flags to every client.
  'server_host_override',
  'use_test_ca',
  ...soakFlags,
];

export const help = `Usage: pnpm interop:client [--case <case>] [--address <host:port>]

Runs cases of the official gRPC interop tests against a server. Exit code 1 when one fails.

  --case <case>         a case, several with commas between, or all (the default)
  --address <host:port> the server (default localhost:10000)
  --use_tls=true        secures the connection; with --ca_file <file> and --server_host_override <name>
  --direct_http2=false  leaves messages to grpc-js
  --soak_…              the official flags of the soak cases, with the official defaults

The official --test_case, --server_host and --server_port mean the same.

Cases: ${[...cases.keys()].join(' ')}
`;

/** Reads the command line; undefined where it asks for help. Throws a {@link UsageError} where it makes no sense. */
export function readClientCommand(args: readonly string[]): ClientCommand | undefined {
  const flags = readFlags(args, names);
  if (flags === undefined) return undefined;
  return {
    names: readNames(pick(flags, 'case', 'test_case') ?? 'all'),
    target: readTarget(flags),
    options: { directHttp2: readBoolean(flags, 'direct_http2', true), soak: readSoak(flags), ...readTls(flags) },
  };
}

function readNames(text: string): readonly string[] {
  if (text === 'all') return [...cases.keys()];
  const given = text.split(',');
  const unknown = given.find((name) => !cases.has(name));
  if (unknown === undefined) return given;
  throw new UsageError(`there is no case ${JSON.stringify(unknown)}; there are: ${[...cases.keys()].join(' ')}`);
}

function readTls(flags: Flags): Pick<ClientOptions, 'tls'> {
  if (!readBoolean(flags, 'use_tls', false)) return {};
  if (readBoolean(flags, 'use_test_ca', false)) throw new UsageError('--use_test_ca: give the CA with --ca_file');
  const { ca_file: file, server_host_override: serverName } = flags;
  if (file === undefined) return { tls: { serverName } };
  // oxlint-disable-next-line node/no-process-env -- pnpm runs a script elsewhere, and says here where the person stands
  const path = resolve(process.env['INIT_CWD'] ?? process.cwd(), file);
  try {
    return { tls: { ca: readFileSync(path), serverName } };
  } catch (error) {
    throw new UsageError(`--ca_file: ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** The value of one of two flags that mean the same. */
function pick(flags: Flags, ours: string, official: string): string | undefined {
  if (flags[ours] !== undefined && flags[official] !== undefined) {
    throw new UsageError(`--${ours} and --${official} mean the same: give one`);
  }
  return flags[ours] ?? flags[official];
}
