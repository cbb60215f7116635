import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createProgress, toBytes } from './progress.js';

/** What is written to something that is a terminal, or is none. */
function createStream(isTTY: boolean) {
  const written: string[] = [];
  const stream = new PassThrough().on('data', (bytes: Buffer) => written.push(String(bytes)));
  const extras = { isTTY, columns: 120, rows: 20, cursorTo: () => true, moveCursor: () => true, clearLine: () => true };
  return { stream: Object.assign(stream, extras) as unknown as NodeJS.WriteStream, read: () => written.join('') };
}

describe('createProgress', () => {
  it('shows in a terminal how much is done, of what, and how fast', () => {
    const { stream, read } = createStream(true);
    const progress = createProgress({ total: 4 * 2 ** 20, start: 2 ** 20, stream });
    progress.update(3 * 2 ** 20, '| 7 rows');
    progress.stop();
    expect(read()).toMatch(/75 % \| 3\.0 MiB of 4\.0 MiB \| [\d.]+ [KMG]iB\/s \| .* left \| 7 rows/);
  });

  it.each([
    ['elsewhere', false, 100],
    ['where there is nothing to do', true, 0],
  ])('writes nothing %s', (_case, isTTY, total) => {
    const { stream, read } = createStream(isTTY);
    const progress = createProgress({ total, stream });
    progress.update(50);
    progress.stop();
    expect(read()).toBe('');
  });
});

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1.5 * 2 ** 30, '1.5 GiB'],
  [2 ** 51, '2048.0 TiB'],
])('shows %i bytes as %s', (bytes, text) => {
  expect(toBytes(bytes)).toBe(text);
});
