import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createBufferCounter } from './free-buffers.js';

const warnings: unknown[] = [];
const log = { warn: (...args: unknown[]) => void warnings.push(...args) };

it('frees buffers that are done with, long before V8 would', () => {
  const count = createBufferCounter(log);
  let most = 0;
  const before = process.memoryUsage().arrayBuffers;
  for (let piece = 0; piece < 2000; piece += 1) {
    Buffer.allocUnsafe(64 * 1024);
    count(64 * 1024);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(most).toBeLessThan(8 * 2 ** 20);
});

it('does so after every 2 MiB', () => {
  const collected: object[] = [];
  const count = createBufferCounter(log, (options) => void collected.push(options));
  for (let piece = 0; piece < 5; piece += 1) count(2 ** 20);
  expect(collected).toEqual([{ type: 'minor' }, { type: 'minor' }]);
});

it('leaves the process as it was: no other context shows a gc', () => {
  createBufferCounter(log);
  expect(runInNewContext('typeof gc')).toBe('undefined');
  expect(warnings).toEqual([]);
});

it('says so where there is no collector, and goes on', () => {
  const count = createBufferCounter(log, null);
  count(2 ** 22);
  expect(warnings).toEqual([expect.stringContaining('shows no gc')]);
});
