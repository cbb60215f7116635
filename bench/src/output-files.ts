import { closeSync, openSync, writeFileSync } from 'node:fs';
import { UsageError } from '@streamworks/common/cli';
import type { BenchCommand } from './plan/command-line.js';
import { toChart } from './report/chart.js';
import { toJson, type Run } from './report/to-json.js';

type OutputFiles = Pick<BenchCommand, 'json' | 'chart'>;

const writers = {
  json: (run: Run) => `${JSON.stringify(toJson(run), undefined, 2)}\n`,
  chart: toChart,
} as const;

/**
 * Opens the files that are to be written, and leaves what they hold: the end of the run would be late to find that they
 * cannot be. Throws a UsageError then.
 */
export function checkOutputFiles(files: OutputFiles): void {
  for (const [option, path] of listFiles(files)) {
    try {
      closeSync(openSync(path, 'a'));
    } catch (error) {
      throw new UsageError(`--${option} cannot be written: ${(error as Error).message}`);
    }
  }
}

/** Writes the files, each by itself. Gives what went wrong. */
export function writeOutputFiles(files: OutputFiles, run: Run): string[] {
  return listFiles(files).flatMap(([option, path]) => {
    try {
      writeFileSync(path, writers[option](run));
      return [];
    } catch (error) {
      return [`--${option} was not written: ${(error as Error).message}`];
    }
  });
}

function listFiles({ json, chart }: OutputFiles): ['json' | 'chart', string][] {
  return [
    ...(json === undefined ? [] : ([['json', json]] as ['json', string][])),
    ...(chart === undefined ? [] : ([['chart', chart]] as ['chart', string][])),
  ];
}
