import { toName, toServerName, type Cell } from '../plan/cell.js';
import type { CellResult, Outcome } from '../run/outcome.js';
import { toValues, type Figure } from './figures.js';
import { summarize } from './statistics.js';

/** How many times as good as the baseline: as fast, or with so much less time or memory. */
export interface Ratio {
  readonly value: number;
  /** Where one side took too long for the limit, the other way to read the value. */
  readonly bound?: 'at least' | 'at most';
}

/**
 * The name of the contender that the others are compared to: plain grpc-js on both sides, or as the server; ours without
 * where it is ours with logs and tokens that is measured.
 */
export function findBaseline({ part, contenders }: Cell): string | undefined {
  const names = contenders.map(toName);
  if (part === 'logs and tokens') return names.find((name) => name === 'ours');
  const plain = contenders.filter((contender) => toServerName(contender) === 'grpc-js');
  const [baseline] = [...plain.filter(({ client }) => client === 'grpc-js'), ...plain];
  return baseline && toName(baseline);
}

/** Compares a contender to the baseline of its cell; undefined where there is nothing to compare. */
export function compare({ cell, outcomes }: CellResult, outcome: Outcome, figure: Figure): Ratio | undefined {
  const name = findBaseline(cell);
  const baseline = outcomes.find(({ contender }) => toName(contender) === name);
  if (baseline === undefined || baseline === outcome) return undefined;
  const [own, other] = [toBest(cell, outcome, figure), toBest(cell, baseline, figure)];
  if (own === undefined || other === undefined || (own.isBound && other.isBound)) return undefined;
  const value = figure.isMoreBetter ? own.value / other.value : other.value / own.value;
  if (!Number.isFinite(value)) return undefined;
  if (other.isBound) return { value, bound: 'at least' };
  return own.isBound ? { value, bound: 'at most' } : { value };
}

/** The median, or what it would have been at best where it took too long. */
function toBest(cell: Cell, { rounds, overLimit }: Outcome, figure: Figure) {
  const summary = summarize(toValues(rounds, figure));
  if (summary !== undefined) return { value: summary.median, isBound: false };
  if (overLimit === undefined || overLimit.count !== cell.count || figure.key !== 'perSecond') return undefined;
  return { value: (cell.count * cell.subscribers) / overLimit.seconds, isBound: true };
}
