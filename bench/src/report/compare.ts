import { toName, toServerName, type Cell, type Contender } from '../plan/cell.js';
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
 * The name of what a contender is compared to, undefined where that is nothing, or itself: plain grpc-js as the server of
 * the same client, or else on both sides; ours without where it is ours with logs and tokens that is measured.
 */
export function findBaseline({ part, contenders }: Cell, contender: Contender): string | undefined {
  const own = toName(contender);
  const plain = contenders.filter((other) => toServerName(other) === 'grpc-js' && toName(other) !== own);
  const [sameClient] = plain.filter(({ client }) => client === contender.client).map(toName);
  const wanted = part === 'logs and tokens' ? 'ours' : (sameClient ?? 'grpc-js');
  return wanted !== own && contenders.some((other) => toName(other) === wanted) ? wanted : undefined;
}

/** Compares a contender to the baseline of its cell; undefined where there is nothing to compare. */
export function compare({ cell, outcomes }: CellResult, outcome: Outcome, figure: Figure): Ratio | undefined {
  const name = findBaseline(cell, outcome.contender);
  const baseline = outcomes.find(({ contender }) => toName(contender) === name);
  if (baseline === undefined) return undefined;
  const [own, other] = [toBest(cell, outcome, figure), toBest(cell, baseline, figure)];
  if (own === undefined || other === undefined || (own.isBound && other.isBound)) return undefined;
  const value = figure.isMoreBetter ? own.value / other.value : other.value / own.value;
  if (!Number.isFinite(value) || [own, other].some((side) => side.value < (figure.least ?? 0))) return undefined;
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
