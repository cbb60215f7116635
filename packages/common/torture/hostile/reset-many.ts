import { constants } from 'node:http2';
import { until } from '../../src/testing/index.js';
import { FourKinds, kinds, type Kind } from '../../test/support/four-kinds.js';
import { connectRaw, frame, type RawClient } from '../../test/support/raw-client.js';
import type { Attack, Victim } from './run-trial.js';

/** Node ends a connection after about a thousand resets in a burst: one in each two of these is ended. */
const RESETS_OF_A_CONNECTION = [400, 2_000];

/** Streams that are reset as soon as they are opened, over several connections; others are served all the while. */
export function resetMany(count: number): Attack {
  return async (victim) => {
    const start = await victim.count();
    let connections = 0;
    let ended = 0;
    for (let resets = 0; resets < count; connections += 1) {
      const burst = Math.min(count - resets, RESETS_OF_A_CONNECTION[connections % 2] ?? 0);
      await using raw = connectRaw(victim.target);
      const over = resetAll(raw, burst);
      await victim.expectRight();
      await over;
      if (raw.session.destroyed) ended += 1;
      resets += burst;
    }
    await untilNoneIsOpen(victim);
    const { entered, finished } = await victim.count();
    const falselyFinished = finished - start.finished;
    if (falselyFinished > 0) throw new Error(`${falselyFinished} calls that were reset looked finished`);
    return { resets: count, connections, ended, handlers: entered - start.entered };
  };
}

async function resetAll({ session }: RawClient, count: number): Promise<void> {
  const closed: Promise<unknown>[] = [];
  for (let done = 0; done < count && !session.destroyed; done += 1) {
    const { path } = FourKinds.methods[kinds[done % kinds.length] as Kind];
    const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc' };
    const stream = session.request(headers, { endStream: false });
    stream.on('error', () => undefined);
    closed.push(new Promise((resolve) => stream.on('close', resolve)));
    if (done % 3 > 0) stream.write(frame('a'));
    stream.close(constants.NGHTTP2_CANCEL);
  }
  await Promise.all(closed);
}

/** Every handler that was entered has seen the end of its requests. */
async function untilNoneIsOpen({ count }: Victim): Promise<void> {
  await until(async () => {
    const { entered, finished, broken, wrong } = await count();
    return entered === finished + broken + wrong;
  });
}
