import { PassThrough } from 'node:stream';
import { until } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { openTerminal, toPrintable } from './terminal.js';

/** A stream that says that it is a terminal. */
function createTty() {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { stream, read: () => text };
}

describe('a terminal', () => {
  it('gives what is typed until quit, and leaves blank lines out', async () => {
    const input = new PassThrough();
    const output = createTty();
    const terminal = openTerminal({ prompt: '> ', input, output: output.stream });
    input.write(' one \n\ntwo\nquit\nthree\n');
    const texts: string[] = [];
    for await (const text of terminal.texts) texts.push(text);
    expect(texts).toEqual(['one', 'two']);
    terminal.print('a line');
    await until(() => output.read() !== '');
    expect(output.read()).toBe('a line\n');
    terminal.close();
  });

  it('writes lines above what is being typed, which is still there', async () => {
    const [input, output] = [createTty(), createTty()];
    const terminal = openTerminal({ prompt: '> ', input: input.stream, output: output.stream });
    const first = terminal.texts[Symbol.asyncIterator]().next();
    input.stream.write('half a li');
    await until(() => output.read().includes('half a li'));
    const before = output.read().length;
    terminal.print('bob: hello');
    await until(() => output.read().slice(before).includes('> half a li'));
    expect(output.read().slice(before)).toMatch(/bob: hello\n.*> half a li/s);
    input.stream.write('ne\n');
    expect(await first).toEqual({ done: false, value: 'half a line' });
    terminal.close();
  });

  it('shows nothing that would steer it', () => {
    expect(toPrintable('\u{202e}a\u{1b}[2Jb\u{7}\n\u{9b}ä𝄞')).toBe('\u{fffd}a\u{fffd}[2Jb\u{fffd}\u{fffd}\u{fffd}ä𝄞');
  });
});
