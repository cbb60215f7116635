import type { Database, Transaction } from '@streamworks/storage';
import type { Retention } from './message-store.js';
import type { ChatSchema } from './migrations.js';

/** Few at a time: whoever appends waits for them. */
const GROUP = 200;

/** Removes the oldest messages as far as the retention has it, or until the signal aborts; how many. */
export async function trimMessages(
  database: Database<ChatSchema>,
  retention: Retention,
  signal?: AbortSignal,
): Promise<number> {
  for (let total = 0; ;) {
    const removed = await database.transaction((transaction) => trimGroup(transaction, retention));
    total += removed;
    if (removed < GROUP || signal?.aborted === true) return total;
  }
}

async function trimGroup(
  transaction: Transaction<ChatSchema>,
  { storedBefore, mostBytes, keepSince }: Retention,
): Promise<number> {
  const { bytes } = await transaction
    .updateTable('log')
    .set(({ ref }) => ({ bytes: ref('bytes') })) // takes the lock
    .returning('bytes')
    .executeTakeFirstOrThrow();
  const oldest = await transaction
    .selectFrom('message')
    .select(['sequence', 'bytes', 'stored_at'])
    .orderBy('sequence')
    .limit(GROUP)
    .execute();
  let left = bytes;
  let count = 0;
  for (const row of oldest) {
    const isOld = storedBefore !== undefined && row.stored_at < storedBefore;
    const isTooMuch = mostBytes !== undefined && left > mostBytes;
    if ((!isOld && !isTooMuch) || row.stored_at >= keepSince) break;
    left -= row.bytes;
    count += 1;
  }
  const last = oldest[count - 1];
  if (last === undefined) return 0;
  await transaction.deleteFrom('message').where('sequence', '<=', last.sequence).execute();
  await transaction.updateTable('log').set({ bytes: left }).execute();
  return count;
}
