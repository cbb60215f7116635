import type { Context, Handlers } from '../../src/index.js';
import { gate, type Gate } from '../../src/testing/index.js';
import type { FourKinds } from './four-kinds.js';

/** What a handler saw of the end of its call. */
export interface Sight {
  /** Whether what follows the request loop ran: only for a stream that is whole. */
  readonly isFinished: boolean;
  /** What the handler was stopped by. */
  readonly error: unknown;
  /** The reason of `context.signal`; undefined where that has not aborted. */
  readonly reason: unknown;
}

/** Handlers that never end by themselves, and tell what they see. Those that stream send a first response. */
export interface WaitingHandlers {
  readonly handlers: Handlers<typeof FourKinds>;
  /** Opens when a handler has the first request. */
  readonly started: Gate;
  readonly ended: Gate<Sight>;
}

export function createWaitingHandlers(): WaitingHandlers {
  const started = gate();
  const ended = gate<Sight>();
  const watch = async <Result>({ signal }: Context<any>, wait: () => Promise<Result>): Promise<Result> => {
    try {
      const result = await wait();
      ended.open({ isFinished: true, error: undefined, reason: signal.reason });
      return result;
    } catch (error) {
      ended.open({ isFinished: false, error, reason: signal.reason });
      throw error;
    }
  };
  return {
    started,
    ended,
    handlers: {
      unary(_request, context) {
        started.open();
        return watch(context, () => rejectOnAbort(context.signal));
      },
      async *server(_request, context) {
        started.open();
        yield { text: 'first' };
        await watch(context, () => rejectOnAbort(context.signal));
      },
      client: (requests, context) =>
        watch(context, async () => {
          let count = 0;
          for await (const _ of requests) {
            count += 1;
            started.open();
          }
          return { text: String(count) };
        }),
      bidi: (requests, context) =>
        watch(context, async () => {
          for await (const request of requests) {
            started.open();
            await context.write(request);
          }
        }),
    },
  };
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
