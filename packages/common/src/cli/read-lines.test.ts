import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from '../testing/streams.js';
import { readLines } from './read-lines.js';
import { UsageError } from './usage-error.js';

async function* pieces(...texts: (string | Buffer)[]): AsyncGenerator<string | Buffer> {
  yield* texts;
}

const toSame = (line: string): string => line;
const readDigit = (line: string): number => {
  if (!/^\d$/.test(line)) throw new UsageError(`${line} is no digit`);
  return Number(line);
};

describe('readLines', () => {
  it('gives every line, the last one with or without an end', async () => {
    expect(await collect(readLines(pieces('a\nb\nc'), toSame))).toEqual(['a', 'b', 'c']);
    expect(await collect(readLines(pieces('a\nb\nc\n'), toSame))).toEqual(['a', 'b', 'c']);
    expect(await collect(readLines(pieces(), toSame))).toEqual([]);
  });

  it('leaves blank lines out', async () => {
    expect(await collect(readLines(pieces('\n \n1\n\r\n\n2\n\n'), toSame))).toEqual(['1', '2']);
  });

  it('does not care where the text is cut, in the middle of a character included', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).map((line) => `<${line.replaceAll('\n', '')}>`)),
        fc.integer({ min: 1, max: 7 }),
        async (lines, size) => {
          const bytes = Buffer.from(lines.join('\n'));
          const cut = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
            bytes.subarray(index * size, (index + 1) * size),
          );
          expect(await collect(readLines(pieces(...cut), toSame))).toEqual(lines);
        },
      ),
    );
  });

  it('names the line that cannot be read, blank ones counted', async () => {
    const read: number[] = [];
    const reading = (async () => {
      for await (const digit of readLines(pieces('1\n\n', '2\nx\n', '3\n'), readDigit)) read.push(digit);
    })();
    await expect(reading).rejects.toThrow(new UsageError('line 4: x is no digit'));
    expect(read).toEqual([1, 2]);
    await expect(collect(readLines(pieces('1\nx'), readDigit))).rejects.toThrow('line 2: x is no digit');
  });

  it('lets any other error through as it is', async () => {
    const error = new Error('broken');
    const read = (): never => {
      throw error;
    };
    await expect(collect(readLines(pieces('1\n'), read))).rejects.toBe(error);
  });
});
