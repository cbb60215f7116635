import type { Transaction } from '@streamworks/storage';
import type { Appended, NewMessage } from './message-store.js';
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
  const appended: Appended[] = [];
  let bytes = 0n;
  for (let start = 0; start < rows.length; start += MOST_ROWS) {
    const some = rows.slice(start, start + MOST_ROWS);
    const inserted = await insert(transaction, some);
    const isRepeat = ({ sequence }: MessageRow): boolean => !inserted.has(sequence);
    const firsts = await readFirsts(transaction, some.filter(isRepeat));
    for (const row of some) {
      if (!isRepeat(row)) bytes += row.bytes;
      const kept = isRepeat(row) ? firsts.get(toKey(row)) : row;
      if (kept === undefined) throw new Error(`message ${row.sequence} repeats one that is not there`);
      appended.push({ message: toStored(kept), isRepeat: isRepeat(row) });
    }
  }
  await addBytes(transaction, bytes);
  return appended;
}

/** Inserts those whose sender has not used their id before; the sequences of these. */
async function insert(transaction: Writing, rows: readonly MessageRow[]): Promise<Set<bigint>> {
  const inserted = await transaction
    .insertInto('message')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['kind', 'sender', 'message_id']).doNothing())
    .returning('sequence')
    .execute();
  return new Set(inserted.map(({ sequence }) => sequence));
}

async function addBytes(transaction: Writing, bytes: bigint): Promise<void> {
  await transaction
    .updateTable('log')
    .set(({ eb }) => ({ bytes: eb('bytes', '+', bytes) }))
    .execute();
}

/** What repeats repeat, by their key: one query for each sender, as whoever appends waits for all of them. */
async function readFirsts(transaction: Writing, repeats: readonly MessageRow[]): Promise<Map<string, MessageRow>> {
  const firsts = new Map<string, MessageRow>();
  for (const own of groupBySender(repeats)) {
    const [{ kind, sender }] = own;
    const rows = await transaction
      .selectFrom('message')
      .selectAll()
      .where('kind', '=', kind)
      .where('sender', '=', sender)
      .where(
        'message_id',
        'in',
        own.map(({ message_id: id }) => id),
      )
      .execute();
    for (const row of rows) firsts.set(toKey(row), row);
  }
  return firsts;
}

function groupBySender(rows: readonly MessageRow[]): Iterable<[MessageRow, ...MessageRow[]]> {
  const groups = new Map<string, [MessageRow, ...MessageRow[]]>();
  for (const row of rows) {
    const sender = `${row.kind} ${row.sender}`;
    const group = groups.get(sender);
    if (group === undefined) groups.set(sender, [row]);
    else group.push(row);
  }
  return groups.values();
}

/** U+0000 is in none of them. */
function toKey({ kind, sender, message_id: messageId }: MessageRow): string {
  return [kind, sender, messageId ?? ''].join('\0');
}
