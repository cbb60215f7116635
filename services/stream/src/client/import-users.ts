import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { createProgress, folderOfPerson, isPiped, UsageError } from '@streamworks/common/cli';
import type { CreateUsersResponse, User } from '@streamworks/proto/stream_service';
import { takeArguments, toShown, type StreamInput } from './command-input.js';
import { readUserRows } from './read-user-rows.js';

/** As many of those who were not created the server names; so many are shown here. */
const MOST_ERRORS = 1000;
const LAST_ID = 2 ** 31 - 1;
/** The bar is looked at after so many rows. */
const ROWS_PER_LOOK = 500;

/** A row that was not imported, counted from 1 without the names of the columns, and why. */
interface RowError {
  readonly row: number;
  readonly reason: string;
}

/** Creates the users of a CSV file, and says who could not be created. Who is there already is no error. */
export async function importUsers({ client, signal, print }: StreamInput, args: readonly string[]): Promise<void> {
  const [given] = takeArguments(args, 1);
  const { text, size } = openText(given);
  const progress = createProgress({ total: size });
  const left: RowError[] = [];
  /** For each row that was not sent, how many were before it. */
  const gaps: number[] = [];
  let sent = 0;
  async function* toUsers(): AsyncGenerator<User> {
    for await (const { id: idText = '', name = '', email = '' } of readUserRows(text)) {
      if ((sent + gaps.length) % ROWS_PER_LOOK === 0) progress.update(bytesRead(text), `| ${sent + gaps.length} rows`);
      const id = readId(idText);
      if (id === undefined) {
        const reason = `id: ${JSON.stringify(idText)} is no number up to ${LAST_ID}`;
        if (left.length < MOST_ERRORS) left.push({ row: sent + gaps.length + 1, reason });
        gaps.push(sent);
        continue;
      }
      sent += 1;
      yield { id, name: name.toWellFormed(), email: email.toWellFormed() };
    }
    progress.update(bytesRead(text), `| ${sent + gaps.length} rows`);
  }
  const response = await client.createUsers(toUsers(), { signal }).finally(() => progress.stop());
  report(response, { sent, gaps, left, print });
}

interface ImportOutcome {
  readonly sent: number;
  readonly gaps: readonly number[];
  readonly left: readonly RowError[];
  readonly print: StreamInput['print'];
}

/** Says what became of the rows; throws where some were not imported, or where the server's figures cannot be right. */
function report({ created, unchanged, errors }: CreateUsersResponse, { sent, gaps, left, print }: ImportOutcome): void {
  const refused = sent - Number(created) - Number(unchanged);
  if (refused < 0 || errors.length !== Math.min(refused, MOST_ERRORS)) {
    throw new Error(`${sent} users were sent, and the server speaks of others`);
  }
  const failed = refused + gaps.length;
  print(`created: ${created}\nunchanged: ${unchanged}\nfailed: ${failed}`);
  if (failed === 0) return;
  const named = [...left, ...errors.map(({ index, reason }) => ({ row: toRow(Number(index), gaps), reason }))];
  for (const { row, reason } of named.toSorted((one, other) => one.row - other.row)) {
    process.stderr.write(`row ${row}: ${toShown(reason)}\n`);
  }
  if (failed > named.length) process.stderr.write(`and ${failed - named.length} more\n`);
  throw new Error(`${failed} of ${sent + gaps.length} rows were not imported`);
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

/** The row of a user who was sent as so manieth, counted from 0. */
function toRow(index: number, gaps: readonly number[]): number {
  const before = gaps.filter((sent) => sent <= index).length;
  return index + before + 1;
}
