import { invalidArgument, type Handler, type StatusError } from '@streamworks/common';
import type { ChatService } from '@streamworks/proto/message';
import { checkUser, readDelivery, readName } from './call-metadata.js';
import type { Dependencies } from './dependencies.js';
import { endOnDrain } from './end-on-drain.js';
import { openFeed } from './open-feed.js';
import { readDirect } from './read-direct.js';
import { GROUP } from './send-message.js';

/** A user's messages both ways, until the user has no more to say. */
export function createChat(dependencies: Dependencies): Handler<(typeof ChatService)['methods']['chat']> {
  const { messages, tail, now } = dependencies;
  return async (requests, context) => {
    const user = readName(context.metadata, 'from');
    if (user === undefined) throw invalidArgument('from', 'is missing in the metadata of the call');
    checkUser(context, 'from', user);
    const delivery = readDelivery(context.metadata);
    const feed = openFeed(dependencies, context, { user, door: 'chat', delivery });
    const stayOnDrain = endOnDrain(context, feed.subscriber);

    async function takeMessages(): Promise<void> {
      let hasStored = false;
      for await (const batch of requests.batches({ max: GROUP })) {
        const { group, refusal } = readDirect(batch, { context, user, now: now() });
        feed.acknowledge(await messages.append(group));
        hasStored ||= group.length > 0;
        if (refusal === undefined) continue;
        // The echoes of those before it have gone out before the status.
        if (delivery.echo && hasStored) return finish(refusal);
        throw refusal;
      }
      return finish();
    }

    /** What was stored until now still goes out. */
    async function finish(refusal?: StatusError): Promise<void> {
      await feed.joined;
      await tail.catchUp(context.signal);
      feed.subscriber.end(refusal);
    }

    try {
      await Promise.all([takeMessages(), feed.joined, feed.subscriber.done]);
    } finally {
      stayOnDrain();
      feed.leave();
    }
  };
}
