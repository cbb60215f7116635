import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { createProgress, folderOfPerson, isPiped, UsageError } from '@streamworks/common/cli';
import type { CreateUsersResponse, User } from '@streamworks/proto/stream_service';
import { takeArguments, toShown, type StreamInput } from './command-input.js';
import { createLineNumbers, type LineNumbers } from './line-numbers.js';
import { readUserRows } from './read-user-rows.js';

/** As many of those who were not created the server names; so many are shown here. */
const MOST_ERRORS = 1000;
const LAST_ID = 2 ** 31 - 1;
/** The bar is looked at after so many rows. */
const ROWS_PER_LOOK = 500;

/** A row that was not imported, by the line where it begins, and why. */
interface RowError {
  readonly line: number;
  readonly reason: string;
}

/** What was read of a file. */
interface Reading {
  /** How many rows there were. */
  rows: number;
  /** How many of them were sent. */
  sent: number;
  /** Of the rows that were sent. */
  readonly lines: LineNumbers;
  /** Rows that were not sent. */
  readonly left: RowError[];
  /** Why it was not read to its end. */
  failure: UsageError | undefined;
}

/** Creates the users of a CSV file, and says who could not be created. Who is there already is no error. */
export async function importUsers({ client, signal, print }: StreamInput, args: readonly string[]): Promise<void> {
  const [given] = takeArguments(args, 1);
  const { text, size } = openText(given);
  const progress = createProgress({ total: size });
  const show = (rows: number): void => progress.update(bytesRead(text), `| ${rows} rows`);
  const reading: Reading = { rows: 0, sent: 0, lines: createLineNumbers(), left: [], failure: undefined };
  const response = await client.createUsers(readUsers(text, reading, show), { signal }).finally(() => progress.stop());
  report(response, reading, print);
}

async function* readUsers(text: Readable, reading: Reading, show: (rows: number) => void): AsyncGenerator<User> {
  try {
    for await (const { line, id: idText = '', name = '', email = '' } of readUserRows(text)) {
      if (reading.rows % ROWS_PER_LOOK === 0) show(reading.rows);
      reading.rows += 1;
      const id = readId(idText);
      if (id === undefined) {
        const reason = `id: ${JSON.stringify(idText)} is no number up to ${LAST_ID}`;
        if (reading.left.length < MOST_ERRORS) reading.left.push({ line, reason });
        continue;
      }
      reading.lines.add(line);
      reading.sent += 1;
      yield { id, name: name.toWellFormed(), email: email.toWellFormed() };
    }
  } catch (error) {
    if (!(error instanceof UsageError) || reading.sent === 0) throw error;
    reading.failure = error; // the server says first what became of those that it has
  }
  show(reading.rows);
}

/** Says what became of the rows; throws where some were not imported, or where the server's figures cannot be right. */
function report({ created, unchanged, errors }: CreateUsersResponse, reading: Reading, print: StreamInput['print']) {
  const { rows, sent, lines, left, failure } = reading;
  const refused = sent - Number(created) - Number(unchanged);
  if (refused < 0 || errors.length !== Math.min(refused, MOST_ERRORS)) {
    throw new Error(`${sent} users were sent, and the server speaks of others`);
  }
  const failed = refused + rows - sent;
  print(`created: ${created}\nunchanged: ${unchanged}\nfailed: ${failed}`);
  const named = [...left, ...errors.map(({ index, reason }) => ({ line: lines.find(Number(index)), reason }))];
  for (const { line, reason } of named.toSorted((one, other) => one.line - other.line)) {
    process.stderr.write(`line ${line}: ${toShown(reason)}\n`);
  }
  if (failed > named.length) process.stderr.write(`and ${failed - named.length} more\n`);
  if (failure !== undefined) throw new Error(`${failure.message}; no more than the first ${rows} rows were read`);
  if (failed > 0) throw new Error(`${failed} of ${rows} rows were not imported`);
}

function openText(given: string | undefined): { text: Readable; size: number } {
  if (given === undefined) {
    if (!isPiped()) throw new UsageError('a file is missing, or something that is piped in');
    return { text: process.stdin, size: 0 };
  }
  const path = resolve(folderOfPerson(), given);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) throw new UsageError(`${path} is no file`);
  return { text: createReadStream(path), size: stats.size };
}

function bytesRead(text: Readable): number {
  return 'bytesRead' in text && typeof text.bytesRead === 'number' ? text.bytesRead : 0;
}

/** An empty one has the server choose; undefined for what does not fit the field. */
function readId(text: string): number | undefined {
  if (text === '') return 0;
  if (!/^[+-]?\d{1,15}$/.test(text)) return undefined;
  const id = Number(text);
  return Math.abs(id) <= LAST_ID ? id : undefined;
}
