import type { NewMessage, StoredMessage } from './message-store.js';
import type { ChatSchema } from './migrations.js';

type MessageRow = ChatSchema['message'];

/** What a message counts besides its texts: its numbers, and its places in the indexes. */
const OVERHEAD_BYTES = 128;

/** What a message counts for retention: about what it takes on disk. */
export function countBytes({ sender, target, content, messageId }: NewMessage): number {
  return [sender, sender, target, target, content, messageId, messageId].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    OVERHEAD_BYTES,
  );
}

/** The row of a message. */
export function toRow(message: StoredMessage): MessageRow {
  const { sequence, kind, sender, target, content, messageId, saidAt, storedAt } = message;
  return {
    sequence,
    kind,
    sender,
    target,
    content,
    message_id: messageId === '' ? null : messageId,
    said_at: saidAt,
    stored_at: storedAt,
    bytes: BigInt(countBytes(message)),
  };
}

/** The message of a row. */
export function toStored(row: MessageRow): StoredMessage {
  const { sequence, kind, sender, target, content, message_id: messageId, said_at: saidAt, stored_at: storedAt } = row;
  return { sequence, kind, sender, target, content, messageId: messageId ?? '', saidAt, storedAt };
}
