import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolder } from '../test/torture/create-folder.js';
import type { Price } from './price-source.js';
import type { Recording } from './recording.js';
import { readRecording } from './read-recording.js';

let folder: Awaited<ReturnType<typeof createFolder>>;
beforeAll(async () => {
  folder = await createFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const write = async (name: string, text: string): Promise<string> => {
  const path = join(folder.path, name);
  await writeFile(path, text);
  return path;
};
const take = (recording: Recording, symbol: string): Price[] => {
  const all: Price[] = [];
  const prices = recording.open(symbol)!;
  for (let next = prices.next(); next.done !== true; next = prices.next()) all.push(next.value);
  return all;
};

describe('readRecording', { timeout: 30_000 }, () => {
  it('reads a CSV file, its columns in any order and whatever else there is', async () => {
    const path = await write(
      'a.csv',
      '\ufeffTimestamp, Price ,note,Symbol\r\n1700000000,1.5,"a, ""b""\r\nc",aapl\r\n,2,,MSFT\r\n\r\n1700000001,1e1,,AAPL\r\n',
    );
    const recording = await readRecording(path);
    expect(recording).toMatchObject({ symbols: 2, count: 3 });
    expect(take(recording, 'AAPL')).toEqual([
      { price: 1.5, timestamp: 1_700_000_000 },
      { price: 10, timestamp: 1_700_000_001 },
    ]);
    expect(take(recording, 'MSFT')).toEqual([{ price: 2, timestamp: undefined }]);
    expect(recording.open('GOOG')).toBeUndefined();
    expect(take(recording, 'AAPL')).toHaveLength(2); // from the beginning, each time
  });

  it.each(['ndjson', 'jsonl'])('reads lines of JSON from a .%s file', async (extension) => {
    const path = await write(
      `a.${extension}`,
      '{"symbol":"brk.b","price":3.25,"timestamp":0}\n\n{"price":"4","symbol":"BRK.B","x":[]}',
    );
    expect(take(await readRecording(path), 'BRK.B')).toEqual([
      { price: 3.25, timestamp: 0 },
      { price: 4, timestamp: undefined },
    ]);
  });

  it.each([
    ['b.csv', 'symbol,price\nA B,1\n', 'line 2: "A B" is no symbol'],
    ['b.csv', 'symbol,price\nA,1\n\nA,x\n', 'line 4: "x" is no price'],
    ['b.csv', 'symbol,price\nA,\n', 'line 2: "" is no price'],
    ['b.csv', 'symbol,price,timestamp\nA,1,1.5\n', 'line 2: "1.5" is no time in unix seconds'],
    ['b.csv', 'symbol,prize\nA,1\n', 'cannot be read: there is no column price'],
    ['b.csv', 'symbol,price\nA,1,2\n', 'cannot be read: Invalid Record Length'],
    ['b.csv', 'symbol,price\n', 'has no prices'],
    ['b.csv', '', 'has no prices'],
    ['b.ndjson', '{"symbol":"A","price":1}\n{"symbol":"A"}\n', 'line 2: undefined is no price'],
    ['b.ndjson', '{"symbol":"A","price":1}\n[', 'cannot be read: line 2: is no JSON object'],
    ['b.ndjson', '{"price":1}', 'line 1: undefined is no symbol'],
    ['b.ndjson', '{"symbol":"A","price":1e999}', 'line 1: null is no price'],
    ['b.txt', 'symbol,price\nA,1\n', 'is none of .csv, .ndjson, .jsonl by its name'],
  ])('says in one line what is wrong with %s of %j', async (name, text, problem) => {
    const path = await write(name, text);
    const error: unknown = await readRecording(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'StartError' });
    expect((error as Error).message).toContain(`STREAM_PRICES_FILE: ${path}: ${problem}`);
    expect((error as Error).message).not.toContain('\n');
  });

  it('says that a file is not there, or is none', async () => {
    for (const extension of ['csv', 'ndjson']) {
      const path = join(folder.path, `folder.${extension}`);
      await expect(readRecording(path)).rejects.toThrow(`${path}: cannot be read: there is no such file`);
      await mkdir(path);
      await expect(readRecording(path)).rejects.toThrow(`${path}: cannot be read: EISDIR`);
    }
  });
});
