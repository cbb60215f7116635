import { expect, it } from 'vitest';
import { createReport, type Report } from './report.js';

function run(rows: (report: Report) => void): { lines: string[]; code: number } {
  const lines: string[] = [];
  const report = createReport((line) => lines.push(line));
  rows(report);
  return { code: report.end(), lines };
}

it('counts what has passed', () => {
  const { lines, code } = run(({ heading, row }) => {
    heading('a');
    row('b', undefined);
    row('c', 'wrong');
  });
  expect(lines).toEqual(['\na', '✓ b', '✗ c: wrong', '\n✗ 1 of 2 passed']);
  expect(code).toBe(1);
});

it('names what was skipped', () => {
  const { lines, code } = run(({ row, skip }) => {
    skip('grpc-go', 'there is no go');
    row('b', undefined);
  });
  expect(lines).toEqual(['\n– grpc-go is skipped: there is no go', '✓ b', '\n✓ 1 of 1 passed, without grpc-go']);
  expect(code).toBe(0);
});

it('is no success where nothing was run', () => {
  const { lines, code } = run(({ skip }) => {
    skip('grpc-go', 'there is no go');
    skip('grpc-java', 'there is no java');
  });
  expect(lines.at(-1)).toBe('\n✗ nothing was run: grpc-go and grpc-java skipped, for the reasons above');
  expect(code).toBe(1);
});
