import { UsageError } from '@streamworks/common/cli';
import { isPeer, peers, type PeerName } from '../peers/peers.js';
import { GRPC_GO, type Contender, type OtherServer } from './cell.js';
import { readList } from './read-values.js';

/** The options that say who is measured. */
export interface ContenderOptions {
  readonly peers?: string | undefined;
  readonly server?: string | undefined;
  readonly client?: string | undefined;
  readonly address?: string | undefined;
  readonly name?: string | undefined;
}

/** Who is measured; undefined where no option says so. Every server is combined with every client. */
export function readContenders(given: ContenderOptions): Contender[] | undefined {
  const { peers: pairs, server, client, address, name } = given;
  if (name !== undefined && address === undefined) throw new UsageError('--name is the name of what is at --address');
  if (pairs !== undefined) {
    if (server !== undefined || client !== undefined || address !== undefined)
      throw new UsageError('--peers has the same peer on both sides: give it, or --server, --client and --address');
    return readList(pairs).map(readPair);
  }
  if (server === undefined && client === undefined && address === undefined) return undefined;
  const servers = server === undefined ? [] : readList(server).map(readServer);
  const others = address === undefined ? [] : [{ name: name ?? address, address: readAddress(address) }];
  const clients = readList(client ?? 'ours').map((one) => readPeer(one));
  const all: Contender['server'][] = [...servers, ...others];
  return (all.length === 0 ? (['ours'] as const) : all).flatMap((one) =>
    clients.map((other) => ({ server: one, client: other })),
  );
}

function readPair(name: string): Contender {
  const server = readServer(name);
  return { server, client: typeof server === 'string' ? server : 'ours' };
}

function readServer(name: string): PeerName | OtherServer {
  return name === GRPC_GO.name ? GRPC_GO : readPeer(name, [GRPC_GO.name]);
}

function readPeer(name: string, further: readonly string[] = []): PeerName {
  if (isPeer(name)) return name;
  const names = [...Object.keys(peers), ...further];
  throw new UsageError(`there is no peer ${JSON.stringify(name)}; there are: ${names.join(' ')}`);
}

function readAddress(text: string): string {
  const [, port] = /^(?:[^:[\]/\s]+|\[[^[\]/\s]+\]):(\d{1,5})$/.exec(text) ?? [];
  if (port !== undefined && Number(port) <= 65_535) return text;
  throw new UsageError(`--address ${JSON.stringify(text)} is no host and port, such as 127.0.0.1:50051`);
}
