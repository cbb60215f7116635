import { toName, toServerName } from '../plan/cell.js';
import type { CellResult, Outcome } from '../run/outcome.js';
import { judge } from './aims.js';
import { compare, findBaseline } from './compare.js';
import { toFigures, toValues } from './figures.js';
import type { Machine } from './machine.js';
import { measureNoise } from './noise.js';
import { summarize } from './statistics.js';

/** What a run says of itself. */
export interface Run {
  readonly machine: Machine;
  readonly isQuick: boolean;
  readonly results: readonly CellResult[];
}

/** A run for programs: every round of every contender, and what the tables say of them. */
export function toJson({ machine, isQuick, results }: Run): object {
  return {
    format: 2,
    machine,
    isQuick,
    noise: measureNoise(results) ?? null,
    cells: results.map((result) => {
      const { contenders: _, ...cell } = result.cell;
      return {
        ...cell,
        contenders: result.outcomes.map((outcome) => toContender(result, outcome)),
        aims: isQuick ? [] : judge(result),
      };
    }),
  };
}

function toContender(result: CellResult, outcome: Outcome): object {
  const { contender, ...rest } = outcome;
  const figures = toFigures(result.cell.pattern).map((figure) => [
    figure.key,
    { ...summarize(toValues(outcome.rounds, figure)), ratio: compare(result, outcome, figure) },
  ]);
  return {
    name: toName(contender),
    server: toServerName(contender),
    client: contender.client,
    baseline: findBaseline(result.cell, contender) ?? null,
    figures: Object.fromEntries(figures),
    ...rest,
  };
}
