import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { StartError } from '@streamworks/common';
import { parse } from 'csv-parse';
import { readSymbol } from './price-source.js';
import { createRecording, type Recording } from './recording.js';

/** A row of a recording, with the number of its line. */
interface Row {
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Reader = (path: string) => AsyncIterable<Row>;

const readers: Readonly<Record<string, Reader>> = { '.csv': readCsv, '.ndjson': readNdjson, '.jsonl': readNdjson };

/**
 * Reads recorded prices: a CSV file with the columns `symbol`, `price` and perhaps `timestamp`, or a line of JSON with these
 * fields for each. What else there is of columns and fields is left out. Throws a StartError that names the file and the
 * first bad line.
 */
export async function readRecording(path: string): Promise<Recording> {
  const read = readers[extname(path).toLowerCase()];
  if (read === undefined) throw toError(path, `is none of ${Object.keys(readers).join(', ')} by its name`);
  const recording = createRecording();
  try {
    for await (const { line, fields } of read(path)) {
      const problem = addRow(recording, fields);
      if (problem !== undefined) throw toError(path, `line ${line}: ${problem}`);
    }
  } catch (error) {
    throw error instanceof StartError ? error : toError(path, describe(error));
  }
  if (recording.count === 0) throw toError(path, 'has no prices');
  return recording;
}

async function* readCsv(path: string): AsyncGenerator<Row> {
  const parser = parse({ bom: true, columns: toColumns, skip_empty_lines: true, trim: true, info: true });
  pipeline(createReadStream(path), parser, () => undefined); // whoever reads the parser gets the errors of both
  for await (const item of parser) {
    const { info, record } = item as { info: { lines: number }; record: Row['fields'] }; // what `info` gives
    yield { line: info.lines, fields: record };
  }
}

function toColumns(header: string[]): string[] {
  const names = header.map((name) => name.toLowerCase());
  for (const name of ['symbol', 'price']) if (!names.includes(name)) throw new Error(`there is no column ${name}`);
  return names;
}

async function* readNdjson(path: string): AsyncGenerator<Row> {
  const input = createReadStream(path);
  const lines = createInterface({ input, crlfDelay: Infinity });
  let failure: Error | undefined;
  input.once('error', (error) => {
    failure = error; // the lines know nothing of it
    lines.close();
  });
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() === '') continue;
    const fields = parseJson(text);
    if (typeof fields !== 'object' || fields === null) throw new Error(`line ${line}: is no JSON object`);
    yield { line, fields: fields as Row['fields'] }; // an object has fields
  }
  if (failure !== undefined) throw failure;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Adds what a row says, or tells what is wrong with it. */
function addRow(recording: Recording, { symbol: text, price: priceText, timestamp: timeText }: Row['fields']) {
  const symbol = typeof text === 'string' ? readSymbol(text) : undefined;
  if (symbol === undefined) return `${JSON.stringify(text)} is no symbol`;
  const price = toNumber(priceText);
  if (!Number.isFinite(price)) return `${JSON.stringify(priceText)} is no price`;
  const hasTime = timeText !== undefined && timeText !== null && timeText !== '';
  const timestamp = hasTime ? toNumber(timeText) : undefined;
  if (timestamp !== undefined && !Number.isSafeInteger(timestamp)) {
    return `${JSON.stringify(timeText)} is no time in unix seconds`;
  }
  recording.add(symbol, price, timestamp);
  return undefined;
}

/** The number, or that of a text; NaN where there is none. */
function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException; // undefined where it is none of the system's
  if (code === 'ENOENT') return 'cannot be read: there is no such file';
  return `cannot be read: ${error.message.replaceAll(/\s+/g, ' ')}`;
}

function toError(path: string, problem: string): StartError {
  return new StartError(`STREAM_PRICES_FILE: ${path}: ${problem}`);
}
