import { toName, type Contender, type Pattern } from '../plan/cell.js';
import { referenceCounts, STOPPED_READER_PAYLOAD_BYTES } from '../plan/counts.js';
import type { CellResult } from '../run/outcome.js';
import { compare, findBaseline } from './compare.js';
import { toFigures, toValues, type Figure } from './figures.js';
import { summarize } from './statistics.js';

/** What is to be reached: a ratio to the baseline, first and later. */
interface Aim {
  readonly pattern: Pattern;
  readonly server: Contender['server'];
  readonly client: Contender['client'];
  /** What it is compared to: the aim says nothing of other ratios. */
  readonly baseline: string;
  readonly figure: Figure['key'];
  readonly first: number;
  readonly later: number;
}

const ours = { server: 'ours', client: 'ours', baseline: 'grpc-js', figure: 'perSecond' } as const;
const guarded = { server: 'guarded', client: 'guarded', baseline: 'ours', figure: 'perSecond' } as const;
/** 1.1 times the latency, and then less than the latency. */
const asFast = { first: 1 / 1.1, later: 1 } as const;

const aims: readonly Aim[] = [
  { ...ours, pattern: 'server-streaming', client: 'raw', baseline: 'grpc-js → raw', first: 5, later: 15 },
  { ...ours, pattern: 'server-streaming', first: 2, later: 6 },
  { ...ours, pattern: 'client-streaming', first: 25, later: 150 },
  { ...ours, pattern: 'bidi', first: 10, later: 50 },
  { ...ours, pattern: 'fan-out', first: 1.7, later: 4 },
  { ...ours, ...asFast, pattern: 'ping-pong', figure: 'p50' },
  { ...ours, ...asFast, pattern: 'ping-pong', figure: 'p99' },
  { ...ours, ...asFast, pattern: 'unary' },
  { ...ours, pattern: 'idle', baseline: 'grpc-js → ours', figure: 'grownBytes', first: 1, later: 2 },
  { ...guarded, pattern: 'unary', first: 0.9, later: 0.9 },
  { ...guarded, pattern: 'server-streaming', first: 0.9, later: 0.9 },
];

/** By how much the server may grow for a reader that stops, first and later. */
const STOPPED_READER_BYTES = 64 * 2 ** 20;

/** An aim and whether it was reached. */
export interface AimResult {
  readonly contender: string;
  readonly figure: Figure['key'];
  /** What was measured, and what it was to be: ratios, or bytes where there is nothing to compare to. */
  readonly value: number;
  /** Where the baseline took too long: the ratio is larger than the value. */
  readonly bound?: 'at least';
  readonly unit: '×' | 'bytes';
  readonly first: number;
  readonly later: number;
  readonly isFirstReached: boolean;
  readonly isLaterReached: boolean;
}

/** Judges a cell by the aims that are set for it: those of one int64, or of a reader that stops, in the reference count. */
export function judge(result: CellResult): AimResult[] {
  const { cell } = result;
  if (cell.count !== referenceCounts[cell.pattern]) return [];
  if (cell.pattern === 'stopped-reader') return judgeStoppedReader(result);
  if (cell.payloadBytes !== 0 || cell.subscribers !== (cell.pattern === 'fan-out' ? 200 : 1)) return [];
  return aims.flatMap((aim) => (aim.pattern === cell.pattern ? judgeAim(aim, result) : []));
}

function judgeAim({ server, client, baseline, figure: key, first, later }: Aim, result: CellResult): AimResult[] {
  if (findBaseline(result.cell, { server, client }) !== baseline) return [];
  const outcome = result.outcomes.find(({ contender }) => contender.server === server && contender.client === client);
  const figure = toFigures(result.cell.pattern).find((candidate) => candidate.key === key);
  const ratio = outcome && figure && compare(result, outcome, figure);
  if (ratio === undefined || ratio.bound === 'at most') return [];
  const { value, bound } = ratio;
  const reached = { isFirstReached: value >= first, isLaterReached: value >= later };
  return [
    {
      contender: toName({ server, client }),
      figure: key,
      value,
      ...(bound && { bound }),
      unit: '×',
      first,
      later,
      ...reached,
    },
  ];
}

function judgeStoppedReader({ cell, outcomes }: CellResult): AimResult[] {
  if (cell.payloadBytes !== STOPPED_READER_PAYLOAD_BYTES) return [];
  const [figure] = toFigures(cell.pattern);
  const own = outcomes.find(({ contender }) => contender.server === 'ours');
  const value = own && summarize(toValues(own.rounds, figure))?.median;
  if (value === undefined) return [];
  const isReached = value <= STOPPED_READER_BYTES;
  const limits = { first: STOPPED_READER_BYTES, later: STOPPED_READER_BYTES };
  const reached = { isFirstReached: isReached, isLaterReached: isReached };
  return [{ contender: 'ours', figure: figure.key, value, unit: 'bytes', ...limits, ...reached }];
}
