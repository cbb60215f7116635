import type { PeerName } from '../../src/peers/peers.js';
import type { Cell, Contender, Pattern } from '../../src/plan/cell.js';
import { referenceCounts } from '../../src/plan/counts.js';
import type { Run } from '../../src/report/to-json.js';
import type { CellResult, Outcome } from '../../src/run/outcome.js';

/** A cell as the default plan has it. */
export function createCell(pattern: Pattern, contenders: readonly Contender[], rest: Partial<Cell> = {}): Cell {
  return {
    part: 'messages of one int64',
    pattern,
    payloadBytes: pattern === 'stopped-reader' ? 1024 : 0,
    count: referenceCounts[pattern],
    subscribers: pattern === 'fan-out' ? 200 : 1,
    rounds: 3,
    contenders,
    ...rest,
  };
}

/** A result of ours beside plain grpc-js; either is what its rounds gave, or anything else of an outcome. */
export function createResult(
  pattern: Pattern,
  ours: Partial<Outcome>,
  plain: Partial<Outcome>,
  rest: Partial<Cell> = {},
): CellResult {
  const contenders: Contender[] = [
    { server: 'ours', client: 'ours' },
    { server: 'grpc-js', client: 'grpc-js' },
  ];
  const [own, other] = contenders as [Contender, Contender];
  return {
    cell: createCell(pattern, contenders, rest),
    outcomes: [
      { contender: own, rounds: [], ...ours },
      { contender: other, rounds: [], ...plain },
    ],
  };
}

/** A result of servers with clients, each with rounds of so many messages a second. */
export function createCombined(
  pattern: Pattern,
  combined: readonly (readonly [server: PeerName, client: PeerName, ...values: number[]])[],
): CellResult {
  const outcomes = combined.map(([server, client, ...values]) => ({
    contender: { server, client },
    ...toRounds(...values),
  }));
  const contenders = outcomes.map(({ contender }) => contender);
  return { cell: createCell(pattern, contenders, { part: 'as chosen' }), outcomes };
}

/** Rounds of so many messages a second. */
export const toRounds = (...values: number[]): Pick<Outcome, 'rounds'> => ({
  rounds: values.map((perSecond) => ({ perSecond })),
});

export const sampleRun: Run = {
  machine: {
    date: '2026-01-02T03:04:05.678Z',
    os: 'linux 6.1',
    cpu: 'A <fast> & good one',
    cores: 2,
    load: 0.1,
    versions: { node: '20.0.0' },
  },
  isQuick: false,
  results: [
    createResult('server-streaming', toRounds(700, 600, 800), toRounds(100, 100, 90)),
    createResult('client-streaming', toRounds(900_000), { overLimit: { seconds: 60, count: 200_000 } }),
    createResult(
      'ping-pong',
      { rounds: [{ perSecond: 9, p50: 100, p99: 300 }] },
      { rounds: [{ perSecond: 8, p50: 120, p99: 310 }] },
    ),
    createResult('bidi', { problem: 'expected message 3, got 4' }, toRounds(5)),
    createResult(
      'idle',
      { rounds: [{ grownBytes: 2 ** 20 }] },
      { rounds: [{ grownBytes: 2 ** 21 }] },
      { part: 'memory' },
    ),
  ],
};
