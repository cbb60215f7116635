import { toName } from '../plan/cell.js';
import type { CellResult, Outcome } from '../run/outcome.js';
import { judge, type AimResult } from './aims.js';
import { toTitle } from './cell-title.js';
import { compare } from './compare.js';
import { toFigures, toValues, type Figure } from './figures.js';
import { formatFigure, formatNumber, formatRatio } from './format.js';
import { listBaselines, noteBaselines, noteRounds } from './notes.js';
import { summarize } from './statistics.js';
import type { Colours } from './colours.js';

const MIB = 2 ** 20;
const resources = [
  { title: 'server CPU µs', unit: 1, read: toMedian('serverCpu') },
  { title: 'client CPU µs', unit: 1, read: toMedian('clientCpu') },
  { title: 'server MiB', unit: MIB, read: toMost('serverPeakBytes') },
  { title: 'client MiB', unit: MIB, read: toMost('clientPeakBytes') },
] as const;

type Resource = 'serverCpu' | 'clientCpu' | 'serverPeakBytes' | 'clientPeakBytes';

function toMedian(key: Resource) {
  return ({ rounds }: Outcome): number | undefined => summarize(rounds.map((round) => round[key]))?.median;
}

function toMost(key: Resource) {
  return ({ rounds }: Outcome): number | undefined => summarize(rounds.map((round) => round[key]))?.max;
}

/** How a table is to be printed. */
export interface TableOptions {
  readonly colours: Colours;
  /** Whether to compare to what is to be reached. */
  readonly withAims: boolean;
}

/** One cell as text: a title, a row for each contender, and what was to be reached. */
export function toTable(result: CellResult, { colours, withAims }: TableOptions): string {
  const figures = toFigures(result.cell.pattern);
  const [baseline, ...otherBaselines] = listBaselines(result.cell);
  const ratioTitle = baseline === undefined || otherBaselines.length > 0 ? '×' : `× ${baseline}`;
  const head = [
    '',
    ...figures.flatMap(({ title }) => [title, '(least–most)', ratioTitle]),
    ...resources.map(({ title }) => title),
  ];
  const rows = result.outcomes.map((outcome) => [
    toName(outcome.contender),
    ...figures.flatMap((figure) => toCells(result, outcome, figure)),
    ...resources.map(({ read, unit }) => formatOptional(read(outcome), unit)),
  ]);
  // A column that nobody has a figure for has no width.
  const widths = head.map((title, column) => {
    const most = Math.max(...rows.map((row) => row[column]?.length ?? 0));
    return most === 0 ? 0 : Math.max(most, title.length);
  });
  const toLine = (row: readonly string[]): string =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
      .filter((_, column) => widths[column] !== 0)
      .join('  ')
      .trimEnd();
  const problems = result.outcomes.flatMap(({ contender, problem }) =>
    problem === undefined ? [] : [colours.red(`  ${toName(contender)} failed: ${problem}`)],
  );
  const notes = [...noteBaselines(result.cell), ...noteRounds(result)].map((note) => `  ${note}`);
  const aims = withAims ? judge(result).map((aim) => toAimLine(aim, colours)) : [];
  const lines = [colours.bold(toTitle(result.cell)), colours.dim(toLine(head)), ...rows.map(toLine)];
  return `${[...lines, ...notes, ...problems, ...aims].join('\n')}\n`;
}

function toCells(result: CellResult, outcome: Outcome, figure: Figure): [string, string, string] {
  const ratio = compare(result, outcome, figure);
  const ratioText = ratio === undefined ? '' : formatRatio(ratio);
  const { rounds, overLimit, problem } = outcome;
  const summary = summarize(toValues(rounds, figure));
  if (overLimit !== undefined && summary === undefined) {
    const text = overLimit.count === result.cell.count ? `> ${overLimit.seconds} s` : 'not tried';
    return [text, '', ratioText];
  }
  if (summary === undefined) return [problem === undefined ? '' : 'failed', '', ''];
  const [median, min, max] = [summary.median, summary.min, summary.max].map((value) => formatFigure(value, figure));
  return [`${median}`, rounds.length > 1 ? `(${min}–${max})` : '', ratioText];
}

const formatOptional = (value: number | undefined, unit: number): string =>
  value === undefined ? '' : formatNumber(value / unit);

function toAimLine({ contender, figure, value, bound, unit, ...aim }: AimResult, colours: Colours): string {
  const judgement = (isReached: boolean): string => (isReached ? colours.green('reached') : colours.red('missed'));
  const show = (limit: number): string =>
    unit === '×' ? `≥ ${formatNumber(limit)}×` : `≤ ${formatNumber(limit / MIB)} MiB`;
  const measured =
    unit === '×'
      ? formatRatio({ value, ...(bound && { bound }) })
      : `${value < MIB ? '< 1' : formatNumber(value / MIB)} MiB`;
  const name = figure === 'p50' || figure === 'p99' ? `${contender}, ${figure}` : contender;
  const first = `${show(aim.first)} ${judgement(aim.isFirstReached)}`;
  const later = `${show(aim.later)} ${judgement(aim.isLaterReached)}`;
  return `  aim for ${name}: ${measured}; first ${first}, later ${later}`;
}
