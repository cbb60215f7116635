import { toName, type Cell } from '../plan/cell.js';
import type { CellResult } from '../run/outcome.js';
import { findBaseline } from './compare.js';

/** What the contenders of a cell are compared to, each once. */
export function listBaselines(cell: Cell): string[] {
  const names = cell.contenders.map((contender) => findBaseline(cell, contender));
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** Says who is compared to what, where that is not the same for all. */
export function noteBaselines(cell: Cell): string[] {
  if (listBaselines(cell).length < 2) return [];
  const pairs = cell.contenders.flatMap((contender) => {
    const baseline = findBaseline(cell, contender);
    return baseline === undefined ? [] : [`${toName(contender)} to ${baseline}`];
  });
  return [`× compares ${pairs.join(', ')}`];
}

/** Says of whom the figures are those of fewer rounds than there were to be, and why. */
export function noteRounds({ cell, outcomes }: CellResult): string[] {
  return outcomes.flatMap(({ contender, rounds, overLimit, problem }) => {
    if (rounds.length === 0 || (overLimit === undefined && problem === undefined)) return [];
    const reason = overLimit === undefined ? 'another failed' : `another took > ${overLimit.seconds} s`;
    return [`${toName(contender)}: ${rounds.length} of ${cell.rounds} rounds; ${reason}`];
  });
}
