import { isMemoryPattern, type Pattern } from '../plan/cell.js';
import type { Round } from '../run/outcome.js';

/** A figure that contenders are compared by. */
export interface Figure {
  readonly key: 'perSecond' | 'p50' | 'p99' | 'grownBytes';
  /** The head of its column. */
  readonly title: string;
  readonly isMoreBetter: boolean;
  /** What a value is divided by to be shown in the unit of the title. */
  readonly unit: number;
  /** Anything less is as good as nothing, and no ratio is made of it. */
  readonly least?: number;
}

const perSecond = (title: string): Figure => ({ key: 'perSecond', title, isMoreBetter: true, unit: 1 });
const latency = (key: 'p50' | 'p99'): Figure => ({ key, title: `${key} µs`, isMoreBetter: false, unit: 1 });
const MIB = 2 ** 20;
const grown: Figure = {
  key: 'grownBytes',
  title: 'server grows by MiB',
  isMoreBetter: false,
  unit: MIB,
  // Processes grow and shrink by as much by themselves.
  least: MIB,
};

/** The figures of a pattern, the most important first. */
export function toFigures(pattern: Pattern): readonly [Figure, ...Figure[]] {
  if (isMemoryPattern(pattern)) return [grown];
  if (pattern === 'ping-pong') return [latency('p50'), latency('p99')];
  return [perSecond(pattern === 'unary' ? 'calls/s' : pattern === 'fan-out' ? 'deliveries/s' : 'messages/s')];
}

/** The values of a figure in the rounds. */
export const toValues = (rounds: readonly Round[], { key }: Figure): (number | undefined)[] =>
  rounds.map((round) => round[key]);
