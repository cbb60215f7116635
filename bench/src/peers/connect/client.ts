import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import type { BenchClient, Load } from '../bench-client.js';
import { createQueue } from '../queue.js';
import { createTally } from '../tally.js';
import { loadService } from './load-service.js';

type Sent = { readonly number: bigint; readonly payload: Buffer | undefined };

async function* toMessages({ count, payload }: Load): AsyncGenerator<Sent> {
  for (let number = 0; number < count; number += 1) yield { number: BigInt(number), payload };
}

async function read(messages: AsyncIterable<any>, load: Load): Promise<void> {
  const tally = createTally(load);
  for await (const { number, payload } of messages) tally.add(Number(number), payload?.length ?? 0);
  tally.check();
}

/** connect-node's gRPC transport as its documentation writes it. Nobody else here compresses, so it does not, either. */
export function createBenchClient(target: string): BenchClient {
  const transport = createGrpcTransport({ baseUrl: `http://${target}`, acceptCompression: [] });
  const bench: any = createClient(loadService(), transport); // descriptors that were read at run time have no types
  return {
    unary: async ({ number, payload }) => Number((await bench.unary({ number: BigInt(number), payload })).number),
    serverStreaming: (load) =>
      read(bench.serverStreaming({ count: BigInt(load.count), payloadBytes: load.payload?.length ?? 0 }), load),
    async clientStreaming(load) {
      const { count, sum } = await bench.clientStreaming(toMessages(load));
      return { count: Number(count), sum: Number(sum) };
    },
    bidi: (load) => read(bench.bidi(toMessages(load)), load),
    openRoundTrips() {
      const requests = createQueue<Sent>();
      const responses = bench.bidi(requests)[Symbol.asyncIterator]();
      return {
        async roundTrip({ number, payload }) {
          requests.push({ number: BigInt(number), payload });
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
