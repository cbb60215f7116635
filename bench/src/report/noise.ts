import type { CellResult } from '../run/outcome.js';
import { toFigures, toValues } from './figures.js';
import { summarize, toSpread, type Summary } from './statistics.js';

/** How far the rounds of the contenders lie apart, as shares of their medians: the middle one of all, and the worst. */
export interface Noise {
  readonly median: number;
  readonly worst: number;
}

/** Measures the noise of a run by its most important figures; undefined where nothing was run twice. */
export function measureNoise(results: readonly CellResult[]): Noise | undefined {
  const spreads = results.flatMap(({ cell, outcomes }) => {
    const [figure] = toFigures(cell.pattern);
    return (
      outcomes
        .filter(({ rounds }) => rounds.length > 1)
        .map(({ rounds }) => summarize(toValues(rounds, figure)))
        // A share of about nothing says nothing.
        .filter((summary): summary is Summary => summary !== undefined && summary.median >= (figure.least ?? 0))
        .map(toSpread)
    );
  });
  const summary = summarize(spreads);
  return summary && { median: summary.median, worst: summary.max };
}

/** The noise in words. */
export function describeNoise(noise: Noise | undefined): string {
  if (noise === undefined) return 'noise: unknown, nothing was run twice';
  const [median, worst] = [noise.median, noise.worst].map((share) => `${Math.round(share * 100)} %`);
  return `noise: the rounds of a cell lie ${median} of its median apart (median of all cells), ${worst} at worst`;
}
