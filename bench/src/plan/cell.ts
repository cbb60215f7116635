import type { PeerName } from '../peers/peers.js';

/** What is measured, by the names of the command line. */
export const patterns = [
  'server-streaming',
  'client-streaming',
  'bidi',
  'ping-pong',
  'unary',
  'fan-out',
  'idle',
  'stopped-reader',
] as const;

export type Pattern = (typeof patterns)[number];

/** The patterns that leave streams open and look at the memory of the server. */
export const isMemoryPattern = (pattern: Pattern): pattern is 'idle' | 'stopped-reader' =>
  pattern === 'idle' || pattern === 'stopped-reader';

/** A server that is no process of Node: one that runs already, or the one that is built from bench/go. */
export interface OtherServer {
  readonly name: string;
  /** Where it listens; undefined for the one that is built. */
  readonly address: string | undefined;
}

/** The server in bench/go. */
export const GRPC_GO: OtherServer = { name: 'grpc-go', address: undefined };

/** A server and a client that are measured together. */
export interface Contender {
  readonly server: PeerName | OtherServer;
  readonly client: PeerName;
}

/** The parts of a plan, by what they are called in the output. */
export type Part =
  'messages of one int64' | 'a raw reader' | 'payloads' | 'growth' | 'memory' | 'logs and tokens' | 'as chosen';

/** Peers with themselves. */
export const toPairs = (names: readonly PeerName[]): Contender[] =>
  names.map((name) => ({ server: name, client: name }));

/** One table: contenders that do the same work, in rounds that take turns. */
export interface Cell {
  readonly part: Part;
  readonly pattern: Pattern;
  /** 0 for a message of one int64. */
  readonly payloadBytes: number;
  /** Messages, calls, published messages, or streams, as the pattern has it. */
  readonly count: number;
  /** Those who receive each message; 1 but for fan-out. */
  readonly subscribers: number;
  readonly contenders: readonly Contender[];
  readonly rounds: number;
}

/** The name of a server in tables. */
export const toServerName = ({ server }: Contender): string => (typeof server === 'string' ? server : server.name);

/** The name of a contender in tables: one where both sides are the same. */
export function toName(contender: Contender): string {
  const server = toServerName(contender);
  return server === contender.client ? server : `${server} → ${contender.client}`;
}
