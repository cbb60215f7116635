import { createChannel, createClient } from 'nice-grpc';
import type { BenchClient, BenchMessage, Load } from '../bench-client.js';
import { createQueue } from '../queue.js';
import { createTally } from '../tally.js';
import { loadService } from './load-service.js';

async function* toMessages({ count, payload }: Load): AsyncGenerator<BenchMessage> {
  for (let number = 0; number < count; number += 1) yield { number, payload };
}

async function read(messages: AsyncIterable<any>, load: Load): Promise<void> {
  const tally = createTally(load);
  for await (const { number, payload } of messages) tally.add(Number(number), payload?.length ?? 0);
  tally.check();
}

/** nice-grpc as its documentation writes it. Definitions that were loaded at run time have no types. */
export function createBenchClient(target: string): BenchClient {
  const bench: any = createClient(loadService(), createChannel(target));
  return {
    unary: async (message) => Number((await bench.unary(message)).number),
    serverStreaming: (load) =>
      read(bench.serverStreaming({ count: load.count, payloadBytes: load.payload?.length ?? 0 }), load),
    async clientStreaming(load) {
      const { count, sum } = await bench.clientStreaming(toMessages(load));
      return { count: Number(count), sum: Number(sum) };
    },
    bidi: (load) => read(bench.bidi(toMessages(load)), load),
    openRoundTrips() {
      const requests = createQueue<BenchMessage>();
      const responses = bench.bidi(requests)[Symbol.asyncIterator]();
      return {
        async roundTrip(message) {
          requests.push(message);
          return Number((await responses.next()).value.number);
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
      const requests = createQueue<BenchMessage>();
      const summary = bench.publish(requests);
      return {
        send: requests.push,
        async end() {
          requests.end();
          const { count, sum } = await summary;
          return { count: Number(count), sum: Number(sum) };
        },
      };
    },
  };
}
