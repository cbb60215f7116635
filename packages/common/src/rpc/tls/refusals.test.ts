import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLogger } from '../../logging/create-logger.js';
import { createRefusalLog, toReason } from './refusals.js';

let lines: Record<string, unknown>[];
let refuse: ReturnType<typeof createRefusalLog>;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  refuse = createRefusalLog(createLogger({ service: 'test', destination: { write } }));
});
afterEach(() => vi.useRealTimers());

const said = (): unknown[] => lines.map(({ msg, peer, address, reason, more }) => [msg, peer ?? address, reason, more]);

it('logs the first refusal at once, and counts those that follow', () => {
  for (let port = 1; port <= 5; port += 1) refuse(`10.0.0.1:${port}`, 'a');
  expect(said()).toEqual([['connection refused', '10.0.0.1:1', 'a', undefined]]);
  vi.advanceTimersByTime(10_000);
  expect(said().slice(1)).toEqual([['more connections refused', '10.0.0.1', 'a', 4]]);
  refuse('10.0.0.1:6', 'a');
  vi.advanceTimersByTime(10_000);
  expect(said().slice(2)).toEqual([['more connections refused', '10.0.0.1', 'a', 1]]);
});

it('begins anew when an address has been quiet', () => {
  refuse('[::1]:1', 'a');
  vi.advanceTimersByTime(10_000);
  refuse('[::1]:2', 'a');
  expect(said().map((line) => (line as string[])[1])).toEqual(['[::1]:1', '[::1]:2']);
});

it('keeps addresses and reasons apart', () => {
  refuse('10.0.0.1:1', 'a');
  refuse('10.0.0.1:1', 'b');
  refuse('10.0.0.2:1', 'a');
  expect(lines).toHaveLength(3);
});

it('keeps no more than some hundreds of addresses apart', () => {
  for (let index = 0; index < 10_000; index += 1) refuse(`10.0.${index >> 8}.${index & 255}:1`, 'a');
  expect(lines.length).toBeLessThan(300);
  vi.advanceTimersByTime(10_000);
  expect(lines.at(-1)).toMatchObject({ address: 'many', reason: 'a' });
});

it('names a failure of the handshake that it does not know', () => {
  expect(toReason('ERR_SSL_SOMETHING_NEW')).toBe('the handshake failed: ERR_SSL_SOMETHING_NEW');
});
