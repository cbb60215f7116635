import type { Handler, StatusError } from '@streamworks/common';
import type { ChatService } from '@streamworks/proto/chat/chat';
import type { NewMessage } from '../message-store.js';
import { readDelivery, readName, readRooms } from './call-metadata.js';
import type { Dependencies } from './dependencies.js';
import { endOnDrain } from './end-on-drain.js';
import { openRooms } from './open-rooms.js';
import { createSpeaker } from './speaker.js';
import { GROUP } from './send-message.js';

/** Rooms: what a user says in one is heard by the others there. */
export function createTalkInRooms(dependencies: Dependencies): Handler<(typeof ChatService)['methods']['chat']> {
  const { messages, tail, now } = dependencies;
  return async (requests, context) => {
    const delivery = readDelivery(context.metadata);
    const rooms = openRooms(dependencies, context, { delivery, named: readRooms(context.metadata) });
    const speaker = createSpeaker({ context, rooms, now });
    const stayOnDrain = endOnDrain(context, rooms.subscriber);

    async function takeMessages(): Promise<void> {
      let hasStored = false;
      for await (const batch of requests.batches({ max: GROUP })) {
        const { group, refusal } = speaker.read(batch);
        await store(group);
        hasStored ||= group.length > 0;
        if (refusal === undefined) continue;
        // The echoes of those before it have gone out before the status.
        if (delivery.echo && hasStored) return finish(refusal);
        throw refusal;
      }
      return finish();
    }

    async function store(group: readonly NewMessage[]): Promise<void> {
      rooms.acknowledge(await messages.append(group));
    }

    /** What was stored until now still goes out. */
    async function finish(refusal?: StatusError): Promise<void> {
      await rooms.untilJoined();
      await tail.catchUp(context.signal);
      rooms.subscriber.end(refusal);
    }

    try {
      const user = readName(context.metadata, 'user-id');
      if (user !== undefined) speaker.begin('user-id', user);
      await Promise.race([rooms.failed, Promise.all([takeMessages(), rooms.subscriber.done])]);
    } finally {
      stayOnDrain();
      rooms.leave();
    }
  };
}
