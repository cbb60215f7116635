import type { Transaction } from '@streamworks/storage';
import type { Appended, NewMessage, StoredMessage } from './message-store.js';
import { toRow, toStored } from './message-row.js';
import type { ChatSchema } from './migrations.js';

type Writing = Transaction<ChatSchema>;
type MessageRow = ChatSchema['message'];

/** The most rows of a statement: SQLite takes 32 766 parameters. */
const MOST_ROWS = 1000;

/** Appends messages in a transaction: sequences are taken under the lock of the row of `log`, which lasts until the commit. */
export async function appendMessages(
  transaction: Writing,
  messages: readonly NewMessage[],
  storedAt: bigint,
): Promise<Appended[]> {
  const { last_sequence: last } = await transaction
    .updateTable('log')
    .set(({ eb }) => ({ last_sequence: eb('last_sequence', '+', BigInt(messages.length)) }))
    .returning('last_sequence')
    .executeTakeFirstOrThrow();
  const first = last - BigInt(messages.length) + 1n;
  const rows = messages.map((message, index) => toRow({ ...message, sequence: first + BigInt(index), storedAt }));
  const inserted = new Set<bigint>();
  for (let start = 0; start < rows.length; start += MOST_ROWS) {
    for (const sequence of await insert(transaction, rows.slice(start, start + MOST_ROWS))) inserted.add(sequence);
  }
  const kept = rows.filter(({ sequence }) => inserted.has(sequence));
  await addBytes(transaction, kept);
  const appended: Appended[] = [];
  for (const row of rows) {
    const isRepeat = !inserted.has(row.sequence);
    appended.push({ message: isRepeat ? await readFirst(transaction, row) : toStored(row), isRepeat });
  }
  return appended;
}

/** Inserts those whose sender has not used their id before; the sequences of these. */
async function insert(transaction: Writing, rows: readonly MessageRow[]): Promise<bigint[]> {
  const inserted = await transaction
    .insertInto('message')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['kind', 'sender', 'message_id']).doNothing())
    .returning('sequence')
    .execute();
  return inserted.map(({ sequence }) => sequence);
}

async function addBytes(transaction: Writing, rows: readonly MessageRow[]): Promise<void> {
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0n);
  await transaction
    .updateTable('log')
    .set(({ eb }) => ({ bytes: eb('bytes', '+', bytes) }))
    .execute();
}

async function readFirst(
  transaction: Writing,
  { kind, sender, message_id: messageId }: MessageRow,
): Promise<StoredMessage> {
  const row = await transaction
    .selectFrom('message')
    .selectAll()
    .where('kind', '=', kind)
    .where('sender', '=', sender)
    .where('message_id', '=', messageId)
    .executeTakeFirstOrThrow();
  return toStored(row);
}
