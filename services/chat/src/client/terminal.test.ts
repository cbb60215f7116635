import { PassThrough } from 'node:stream';
import { until } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { openTerminal, toPrintable } from './terminal.js';

/** A stream that says that it is a terminal. */
function createTty(columns = 80) {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns, rows: 24 });
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { stream, read: () => text };
}

/** What a terminal shows that got a text: the rows of its screen. */
function toScreen(text: string, columns: number): string[] {
  const rows: string[] = [''];
  let [row, column] = [0, 0];
  for (const [part, count, steer] of text.matchAll(/\p{Cc}\[(\d*)([A-Z])|[^]/gu)) {
    const before = (rows[row] ?? '').slice(0, column);
    if (steer === 'A') row -= Number(count);
    else if (steer === 'B') row += Number(count);
    else if (steer === 'C') column += Number(count);
    else if (steer === 'D') column -= Number(count);
    else if (steer === 'G') column = Number(count) - 1;
    else if (steer === 'J') rows.splice(row, Infinity, before);
    else if (part === '\r') column = 0;
    else if (part === '\n' || column === columns) [row, column] = [row + 1, 0];
    if (steer !== undefined || part === '\r' || part === '\n') continue;
    const own = (rows[row] ??= '');
    rows[row] = `${own.slice(0, column)}${part}${own.slice(column + 1)}`;
    column += 1;
  }
  return rows;
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

  it('writes every line above what takes several rows, wherever the cursor is', async () => {
    const [input, output] = [createTty(20), createTty(20)];
    const terminal = openTerminal({ prompt: '> ', input: input.stream, output: output.stream });
    void terminal.texts[Symbol.asyncIterator]().next();
    input.stream.write('x'.repeat(50));
    await until(() => output.read().replaceAll(/[^x]/g, '').length === 50);
    for (const line of ['bob: one', 'bob: two']) terminal.print(line);
    const before = output.read().length;
    input.stream.write('\u{1}'); // to the first row
    await until(() => output.read().length > before);
    for (const line of ['bob: three, which takes several rows', 'bob: four']) terminal.print(line);
    expect(toScreen(output.read(), 20)).toEqual([
      'bob: one',
      'bob: two',
      'bob: three, which ta',
      'kes several rows',
      'bob: four',
      `> ${'x'.repeat(18)}`,
      'x'.repeat(20),
      'x'.repeat(12),
    ]);
    terminal.close();
  });

  it('shows nothing that would steer it', () => {
    expect(toPrintable('\u{202e}a\u{1b}[2Jb\u{7}\n\u{9b}ä𝄞')).toBe('\u{fffd}a\u{fffd}[2Jb\u{fffd}\u{fffd}\u{fffd}ä𝄞');
  });
});
