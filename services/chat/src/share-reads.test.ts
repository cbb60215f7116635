import { gate, type Gate } from '@streamworks/common/testing';
import { expect, it } from 'vitest';
import { shareReads } from './share-reads.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('reads once for all who ask before a read begins, and never answers with one that began before', async () => {
  const reads: Gate<number>[] = [];
  const read = shareReads<number>(() => {
    const one = gate<number>();
    reads.push(one);
    return one;
  });
  const first = [read(), read()];
  await settled();
  expect(reads).toHaveLength(1);
  const second = Array.from({ length: 1000 }, () => read());
  await settled();
  expect(reads).toHaveLength(1);
  reads[0]!.open(1);
  expect(await Promise.all(first)).toEqual([1, 1]);
  await settled();
  expect(reads).toHaveLength(2);
  const third = read();
  reads[1]!.open(2);
  expect(new Set(await Promise.all(second))).toEqual(new Set([2]));
  await settled();
  reads[2]!.open(3);
  expect(await third).toBe(3);
});

it('fails for those who have asked for it, and not for those after them', async () => {
  let calls = 0;
  const read = shareReads(async () => {
    calls += 1;
    if (calls === 1) throw new Error('lost');
    return calls;
  });
  const [first, second] = [read(), read()];
  await expect(first).rejects.toThrow('lost');
  await expect(second).rejects.toThrow('lost');
  expect(await read()).toBe(2);
});
