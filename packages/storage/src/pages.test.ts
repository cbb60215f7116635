import { collect } from '@streamworks/common/testing';
import type { Compilable, CompiledQuery } from 'kysely';
import { describe, expect, it } from 'vitest';
import { readPages, type PageOptions, type TimedResult } from './pages.js';

interface Row {
  readonly id: number;
}

/** How many rows were asked for at a time, of a thousand that cost so much each. */
async function readLimits(heldMs: (count: number) => number, options?: PageOptions): Promise<number[]> {
  const limits: number[] = [];
  let id = 0;
  const page = () => ({
    // A query that says only how many rows are asked for.
    limit: (count: number) => ({ compile: () => ({ parameters: [count] }) as unknown as CompiledQuery<Row> }),
  });
  const executeQuery = <Result>(query: Compilable<Result> | CompiledQuery<Result>): Promise<TimedResult<Result>> => {
    const [count] = ('compile' in query ? query.compile() : query).parameters as [number];
    limits.push(count);
    const rows = Array.from({ length: Math.min(count, 1_000 - id) }, () => ({ id: (id += 1) }) as Result);
    return Promise.resolve({ rows, heldMs: heldMs(count) });
  };
  await collect(readPages<Row>({ executeQuery }, page, options));
  return limits;
}

describe('readPages', () => {
  it('begins with a small page and doubles those that are cheap', async () => {
    expect(await readLimits(() => 0.1)).toEqual([16, 32, 64, 128, 256, 256, 256]);
    expect(await readLimits(() => 0.1, { pageSize: 300 })).toEqual([16, 32, 64, 128, 256, 300, 300]);
  });

  it('makes pages as long as four milliseconds', async () => {
    const limits = await readLimits((count) => count / 10);
    expect(limits.slice(0, 4)).toEqual([16, 32, 40, 40]);
  });

  it('reads row by row where a row takes longer', async () => {
    const limits = await readLimits((count) => count * 5);
    expect(limits.slice(0, 3)).toEqual([16, 1, 1]);
  });
});
