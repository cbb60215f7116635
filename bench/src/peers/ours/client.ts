import { createClient, type ClientOptions } from '@streamworks/common';
import { BenchService } from '@streamworks/proto/streamworks/bench/bench';
import type { BenchClient, Load } from '../bench-client.js';
import { createQueue } from '../queue.js';
import { createTally } from '../tally.js';

type Sent = { readonly number: bigint; readonly payload: Buffer | undefined };

function* toMessages({ count, payload }: Load): Generator<Sent> {
  for (let number = 0; number < count; number += 1) yield { number: BigInt(number), payload };
}

/** Our client as one would use it: `for await`, generators. */
export function createBenchClient(target: string, options: ClientOptions = {}): BenchClient {
  const bench = createClient(BenchService, target, options);
  return {
    async unary({ number, payload }) {
      return Number((await bench.unary({ number: BigInt(number), payload })).number);
    },
    async serverStreaming({ count, payload }) {
      const tally = createTally({ count, payload });
      const request = { count: BigInt(count), payloadBytes: payload?.length ?? 0 };
      for await (const message of bench.serverStreaming(request)) {
        tally.add(Number(message.number), message.payload?.length ?? 0);
      }
      tally.check();
    },
    async clientStreaming(load) {
      const { count, sum } = await bench.clientStreaming(toMessages(load));
      return { count: Number(count), sum: Number(sum) };
    },
    async bidi(load) {
      const tally = createTally(load);
      for await (const message of bench.bidi(toMessages(load))) {
        tally.add(Number(message.number), message.payload?.length ?? 0);
      }
      tally.check();
    },
    openRoundTrips() {
      const requests = createQueue<Sent>();
      const responses = bench.bidi(requests);
      return {
        async roundTrip({ number, payload }) {
          requests.push({ number: BigInt(number), payload });
          return Number((await responses.next()).value?.number);
        },
        async end() {
          requests.end();
          await responses.next();
        },
      };
    },
    async subscribe(onMessage) {
      for await (const { number, payload } of bench.subscribe({})) onMessage(Number(number), payload?.length ?? 0);
    },
    openPublishing() {
      const requests = createQueue<Sent>();
      const summary = bench.publish(requests);
      return {
        send: ({ number, payload }) => requests.push({ number: BigInt(number), payload }),
        async end() {
          requests.end();
          const { count, sum } = await summary;
          return { count: Number(count), sum: Number(sum) };
        },
      };
    },
  };
}
