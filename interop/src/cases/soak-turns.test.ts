import { expect, it } from 'vitest';
import { createSoakTurns } from './soak-turns.js';

it('gives so many turns, and nobody waits after the last', async () => {
  const turns = createSoakTurns(2, 60_000);
  expect(turns.take()).toBe(true);
  const waiting = turns.waitUntil(performance.now() + 50_000);
  expect(turns.take()).toBe(true);
  await waiting;
  await turns.waitUntil(performance.now() + 50_000);
  expect(turns.take()).toBe(false);
  expect(turns.left).toBe(0);
});

it('gives none after the time', async () => {
  const turns = createSoakTurns(2, 20);
  await turns.waitUntil(performance.now() + 50_000);
  expect(turns.take()).toBe(false);
  expect(turns.left).toBe(2);
  expect(turns.toEnd()).toBe(1);
});

it('lets many wait', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const turns = createSoakTurns(1, 20);
  await Promise.all(Array.from({ length: 20 }, () => turns.waitUntil(Infinity)));
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});
