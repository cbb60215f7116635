import { isMemoryPattern, toName } from '../plan/cell.js';
import type { CellResult } from '../run/outcome.js';
import { toTitle } from './cell-title.js';
import { compare, findBaseline, type Ratio } from './compare.js';
import { toFigures, toValues } from './figures.js';
import { formatNumber } from './format.js';
import { listBaselines } from './notes.js';
import { summarize } from './statistics.js';

/** One bar: a contender beside the baseline. */
export interface Bar {
  readonly name: string;
  /** Undefined where both it and the baseline took too long. */
  readonly ratio: Ratio | undefined;
  readonly figure: string;
}

/** The bars of one cell. */
export interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** One int64, at one count, as fast as grpc-js: the other parts of a plan are about something else. */
export function isShown({ cell }: CellResult): boolean {
  const isElsewhere = cell.part === 'growth' || cell.part === 'logs and tokens' || isMemoryPattern(cell.pattern);
  return cell.payloadBytes === 0 && !isElsewhere;
}

/** The bars of a cell: those that can be compared, and those that took too long for that. */
export function toGroup(result: CellResult): Group {
  const [figure] = toFigures(result.cell.pattern);
  const baselines = listBaselines(result.cell);
  const bars = result.outcomes.flatMap((outcome): Bar[] => {
    const name = toName(outcome.contender);
    const summary = summarize(toValues(outcome.rounds, figure));
    if (summary === undefined && outcome.overLimit === undefined) return [];
    const isBaseline = findBaseline(result.cell, outcome.contender) === undefined && baselines.includes(name);
    const ratio = isBaseline ? { value: 1 } : compare(result, outcome, figure);
    if (ratio === undefined && summary !== undefined) return [];
    const [head = '', unit = head] = figure.title.split(' ').slice(-2);
    const value = summary === undefined ? 'too long' : formatNumber(summary.median / figure.unit);
    return [{ name, ratio, figure: `${value} ${summary === undefined ? '' : unit}`.trim() }];
  });
  return { title: `${toTitle(result.cell)}${figure.key === 'p50' ? ', p50' : ''}`, bars };
}
