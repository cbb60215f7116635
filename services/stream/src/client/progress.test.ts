import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLiveLines } from './live-lines.js';
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

describe('createLiveLines', () => {
  it('has a line for each name in a terminal, the newest at the end', () => {
    const { stream, read } = createStream(true);
    const printed: string[] = [];
    const lines = createLiveLines({ names: ['A', 'B'], print: (line) => void printed.push(line), stream });
    lines.show('A', 'A 1');
    lines.show('B', 'B 1');
    lines.show('A', 'A 2');
    lines.stop();
    expect(read()).toContain('A 2');
    expect(read()).toContain('B 1');
    expect(printed).toEqual([]);
  });

  it('prints each line elsewhere', () => {
    const { stream, read } = createStream(false);
    const printed: string[] = [];
    const lines = createLiveLines({ names: ['A'], print: (line) => void printed.push(line), stream });
    lines.show('A', 'A 1');
    lines.show('A', 'A 2');
    lines.stop();
    expect({ printed, written: read() }).toEqual({ printed: ['A 1', 'A 2'], written: '' });
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
