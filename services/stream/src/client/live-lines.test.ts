import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLiveLines } from './live-lines.js';

/** What is written to something that is a terminal, or is none. */
function createStream(isTTY: boolean) {
  const written: string[] = [];
  const stream = new PassThrough().on('data', (bytes: Buffer) => written.push(String(bytes)));
  const extras = { isTTY, columns: 120, rows: 20, cursorTo: () => true, moveCursor: () => true, clearLine: () => true };
  return { stream: Object.assign(stream, extras) as unknown as NodeJS.WriteStream, read: () => written.join('') };
}

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
