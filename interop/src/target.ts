import { isIPv6 } from 'node:net';
import { UsageError } from '@streamworks/common/cli';
import { readWhole, type Flags } from './flags.js';

/** The server that `--address` names, or `--server_host` and `--server_port`. Throws a {@link UsageError}. */
export function readTarget(flags: Flags): string {
  const { address, server_host: host, server_port: port } = flags;
  if (address === undefined) {
    const number = readWhole(flags, 'server_port', { byDefault: 10_000, least: 1, most: 65_535 });
    return `${readHost(host ?? 'localhost')}:${number}`;
  }
  if (host !== undefined || port !== undefined) {
    throw new UsageError('--address says both what --server_host and what --server_port say: give it alone');
  }
  if (isAddress(address)) return address;
  throw new UsageError(`--address ${JSON.stringify(address)} is no host and port, such as localhost:10000`);
}

// grpc-js takes nearly anything for a target, and fails late and darkly.
function isAddress(text: string): boolean {
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  return isHost(host) && Number(port) >= 1 && Number(port) <= 65_535;
}

/** A name, an IPv4 address, or an IPv6 address in brackets. */
function isHost(text: string): boolean {
  return /^[^:[\]/\s]+$/.test(text) || (/^\[.*\]$/.test(text) && isIPv6(text.slice(1, -1)));
}

function readHost(text: string): string {
  const host = isIPv6(text) ? `[${text}]` : text;
  if (isHost(host)) return host;
  throw new UsageError(`--server_host ${JSON.stringify(text)} is no host name and no IP address`);
}
