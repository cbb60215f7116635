import type { Handler } from '@streamworks/common';
import type { MessageService } from '@streamworks/proto/message';
import { checkUser, readDelivery } from './call-metadata.js';
import { checkName } from './check-message.js';
import type { Dependencies } from './dependencies.js';
import { endOnDrain } from './end-on-drain.js';
import { openFeed } from './open-feed.js';

/** The feed of a user, until nothing has come for a while. */
export function createReceiveMessage(
  dependencies: Dependencies,
): Handler<(typeof MessageService)['methods']['receiveMessage']> {
  return async ({ value: user }, context) => {
    checkName('value', user);
    checkUser(context, 'value', user);
    const delivery = { ...readDelivery(context.metadata), echo: true };
    let idle: NodeJS.Timeout | undefined;
    const feed = openFeed(dependencies, context, { user, door: 'receive', delivery, onWrite: () => idle?.refresh() });
    const { subscriber } = feed;
    const stayOnDrain = endOnDrain(context, subscriber);
    try {
      await feed.joined;
      idle = setTimeout(() => {
        // Messages that wait for a slow reader are no silence.
        if (subscriber.queuedBytes > 0) idle?.refresh();
        else subscriber.end();
      }, dependencies.settings.receiveIdleMs);
      await subscriber.done;
    } finally {
      clearTimeout(idle);
      stayOnDrain();
      feed.leave();
    }
  };
}
