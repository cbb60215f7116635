import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createClient, type ServerInterceptor } from '../src/index.js';
import { collect, from, startService, until } from '../src/testing/index.js';
import { FourKinds, kinds } from './support/four-kinds.js';
import { createFourKinds } from './support/pairs.js';

/** Moments at which a caller may change its mind, from before the call on. */
const moments: Record<string, (abort: () => void) => void | Promise<void>> = {
  'before the call': (abort) => abort(),
  'in the same turn': (abort) => abort(),
  'in a microtask': (abort) => Promise.resolve().then(abort),
  async 'two microtasks later'(abort) {
    await Promise.resolve();
    await Promise.resolve();
    abort();
  },
  'in the next tick': (abort) => void process.nextTick(abort),
  'in the next turn': (abort) => nextTurn().then(abort),
};

describe.each([true, false])(
  'a call that is cancelled as soon as it is made, straight to HTTP/2: %s',
  (directHttp2) => {
    describe.each(kinds)('%s', (kind) => {
      it.each(Object.keys(moments))('%s: nothing of it stays open on the server', async (moment) => {
        const open = new Set<object>();
        let finished = 0;
        const watch: ServerInterceptor = (call, next) => {
          open.add(call);
          call.onEnd(() => open.delete(call));
          return next();
        };
        const service = createFourKinds({
          unary: (note) => note,
          async *server(note) {
            yield note;
          },
          async client(notes) {
            for await (const _ of notes);
            finished += 1;
            return { text: '' };
          },
          async *bidi(notes) {
            for await (const note of notes) yield note;
            finished += 1;
          },
        });
        await using server = await startService([service], { interceptors: [watch], config: { directHttp2 } });
        const client = createClient(FourKinds, server.target, { directHttp2 });
        await client.$waitForReady();
        const results = Array.from({ length: 5 }, async () => {
          const abort = new AbortController();
          if (moment === 'before the call') abort.abort();
          const options = { signal: abort.signal };
          // Requests that do not end: only a cancel ends the call.
          async function* endless() {
            yield { text: 'a' };
            await new Promise(() => undefined);
          }
          const result = {
            unary: () => client.unary({ text: 'a' }, options),
            server: () => collect(client.server({ text: 'a' }, options)),
            client: () => client.client(endless(), options),
            bidi: () => collect(client.bidi(endless(), options)),
          }[kind]();
          await moments[moment]?.(() => abort.abort());
          return result;
        });
        for (const result of await Promise.allSettled(results))
          if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CANCELLED' });
        // What the server has of them comes before this call.
        expect(await client.client(from([]))).toEqual({ text: '' });
        await until(() => open.size === 0);
        expect(finished).toBe(1);
        client.$close();
      });
    });
  },
);
