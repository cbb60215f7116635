import { until } from '../../src/testing/index.js';
import { startCutProxy } from '../../test/support/cut-proxy.js';
import { FourKinds, kinds, type Kind } from '../../test/support/four-kinds.js';
import { connectRaw } from '../../test/support/raw-client.js';
import type { Attack } from './run-trial.js';

/** Streams that are opened and left without a message, all over one connection, until that is cut. */
export function leaveMany(count: number): Attack {
  return async (victim) => {
    const start = await victim.count();
    await using proxy = await startCutProxy(victim.port);
    await using raw = connectRaw(proxy.target);
    for (let opened = 0; opened < count; opened += 1) {
      const { path } = FourKinds.methods[kinds[opened % kinds.length] as Kind];
      void raw.call(path, [], { halfClose: false });
    }
    // Half of the kinds have a handler that runs from the first moment; the others wait for their request.
    const handlers = Math.floor(count / kinds.length) * 2 + Math.max(0, (count % kinds.length) - 2);
    await until(async () => (await victim.count()).entered === start.entered + handlers, 30_000);
    await victim.expectRight();
    proxy.cut();
    await until(async () => (await victim.count()).cancelled === start.cancelled + count, 30_000);
    const { broken } = await victim.count();
    if (broken !== start.broken + handlers) throw new Error(`${broken - start.broken} of ${handlers} saw the cut`);
    return { streams: count, handlers };
  };
}
