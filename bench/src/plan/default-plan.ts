import { tablePeers, type PeerName } from '../peers/peers.js';
import { GRPC_GO, isMemoryPattern, patterns, toPairs, type Cell, type Contender, type Pattern } from './cell.js';
import type { BenchCommand } from './command-line.js';
import { STOPPED_READER_PAYLOAD_BYTES, toCount, toSubscribers } from './counts.js';

const toOurs = (server: Contender['server']): Contender => ({ server, client: 'ours' });

/** What differs between all of it and what only shows that everything runs. */
interface Scope {
  readonly contenders: readonly Contender[];
  readonly payloads: readonly number[];
  readonly payloadPeers: readonly PeerName[];
  readonly growthCounts: readonly number[];
  /** Further ones of client streaming: beyond where plain grpc-js's client begins to copy what it keeps for a retry. */
  readonly clientGrowthCounts: readonly number[];
}

const full: Scope = {
  contenders: [...toPairs(tablePeers), toOurs(GRPC_GO)],
  payloads: [1024, 64 * 1024],
  payloadPeers: ['ours', 'grpc-js', 'grpc-js-buffer', 'nice-grpc', 'raw'],
  growthCounts: [1e3, 1e4, 1e5, 1e6],
  clientGrowthCounts: [2e5],
};

const quick: Scope = {
  contenders: toPairs(tablePeers),
  payloads: [64 * 1024],
  payloadPeers: ['ours', 'grpc-js'],
  growthCounts: [],
  clientGrowthCounts: [],
};

const streaming: readonly Pattern[] = ['server-streaming', 'client-streaming', 'bidi'];
/** The client of both is ours, whatever the server. */
const memory = {
  idle: { contenders: (['ours', 'grpc-js', 'nice-grpc', 'connect', 'raw'] as const).map(toOurs) },
  'stopped-reader': { contenders: [toOurs('ours'), toOurs('grpc-js')], payloadBytes: STOPPED_READER_PAYLOAD_BYTES },
} as const;
const rawReaders: readonly Contender[] = [
  { server: 'ours', client: 'raw' },
  { server: 'grpc-js', client: 'raw' },
];

/** All that docs/performance.md shows, of the chosen patterns; with `--quick` less of it, and with few messages. */
export function createDefaultPlan(command: BenchCommand): Cell[] {
  const scope = command.quick ? quick : full;
  const wanted = patterns.filter((pattern) => command.choices.includes(pattern));
  const wantedStreaming = streaming.filter((pattern) => wanted.includes(pattern));
  const toCell = (pattern: Pattern, rest: Pick<Cell, 'part' | 'contenders'> & Partial<Cell>): Cell => ({
    pattern,
    payloadBytes: 0,
    count: toCount(pattern, rest.payloadBytes ?? 0, command),
    subscribers: pattern === 'fan-out' ? toSubscribers(command) : 1,
    rounds: command.rounds,
    ...rest,
  });
  const main = wanted.filter((pattern) => !isMemoryPattern(pattern));
  const guarded = command.choices.includes('guarded') ? (['unary', 'server-streaming'] as const) : [];
  return [
    ...main.map((pattern) => toCell(pattern, { part: 'messages of one int64', contenders: scope.contenders })),
    ...wantedStreaming
      .filter((pattern) => pattern === 'server-streaming')
      .map((pattern) => toCell(pattern, { part: 'a raw reader', contenders: rawReaders })),
    ...scope.payloads.flatMap((payloadBytes) =>
      wantedStreaming.map((pattern) =>
        toCell(pattern, { part: 'payloads', payloadBytes, contenders: toPairs(scope.payloadPeers) }),
      ),
    ),
    // One round: it is the curve that counts, and the longest streams take long.
    ...wantedStreaming.flatMap((pattern) =>
      toGrowthCounts(scope, pattern).map((count) =>
        toCell(pattern, { part: 'growth', count, rounds: 1, contenders: toPairs(['ours', 'grpc-js']) }),
      ),
    ),
    // One round: memory varies less than speed.
    ...wanted
      .filter(isMemoryPattern)
      .map((pattern) => toCell(pattern, { part: 'memory', rounds: 1, ...memory[pattern] })),
    ...guarded.map((pattern) => toCell(pattern, { part: 'logs and tokens', contenders: toPairs(['guarded', 'ours']) })),
  ];
}

const toGrowthCounts = ({ growthCounts, clientGrowthCounts }: Scope, pattern: Pattern): number[] =>
  [...growthCounts, ...(pattern === 'client-streaming' ? clientGrowthCounts : [])].sort((a, b) => a - b);
