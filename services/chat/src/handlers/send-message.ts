import type { Handler } from '@streamworks/common';
import type { MessageService } from '@streamworks/proto/message';
import type { Dependencies } from './dependencies.js';
import { readDirect } from './read-direct.js';

/** The most messages that are stored together: as many of a stream as wait. */
export const GROUP = 256;

/** Stores messages and counts them: the count says that they are on disk. */
export function createSendMessage({
  messages,
  now,
}: Dependencies): Handler<(typeof MessageService)['methods']['sendMessage']> {
  return async (requests, context) => {
    let count = 0n;
    for await (const batch of requests.batches({ max: GROUP })) {
      const { group, refusal } = readDirect(batch, { context, now: now() });
      await messages.append(group);
      count += BigInt(group.length);
      if (refusal !== undefined) throw refusal;
    }
    return { value: count };
  };
}
