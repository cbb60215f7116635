import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { HandlerContext } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { createQueue, type Queue } from '../queue.js';
import { loadService } from './load-service.js';

type Message = { number: bigint; payload?: Uint8Array | undefined };
type Request = { count: bigint; payloadBytes: number };

/** connect-node as its documentation writes it: async generators, served by node:http2. */
export function startServer(): Promise<number> {
  const subscribers = new Set<Queue<Message>>();
  // Descriptors that were read at run time have no types.
  const implementation: any = {
    unary: (message: Message) => message,
    async *serverStreaming({ count, payloadBytes }: Request) {
      const payload = payloadBytes === 0 ? undefined : Buffer.alloc(payloadBytes, 1);
      for (let number = 0n; number < count; number += 1n) yield { number, payload };
    },
    clientStreaming: (requests: AsyncIterable<Message>) => addUp(requests, () => undefined),
    async *bidi(requests: AsyncIterable<Message>) {
      for await (const message of requests) yield message;
    },
    async *subscribe(_request: object, { signal }: HandlerContext) {
      const queue = createQueue<Message>();
      subscribers.add(queue);
      signal.addEventListener('abort', queue.end);
      try {
        yield { number: -1n };
        yield* queue;
      } finally {
        subscribers.delete(queue);
      }
    },
    publish: (requests: AsyncIterable<Message>) =>
      addUp(requests, (message) => {
        for (const subscriber of subscribers) subscriber.push(message);
      }),
  };
  const handler = connectNodeAdapter({ routes: (router) => router.service(loadService(), implementation) });
  // Node's own limit for what the streams of a connection hold, 10 MB, refuses streams long before there are 10,000.
  const server = createServer({ maxSessionMemory: 1000 }, handler);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

async function addUp(requests: AsyncIterable<Message>, onMessage: (message: Message) => void) {
  let count = 0n;
  let sum = 0n;
  for await (const message of requests) {
    count += 1n;
    sum += message.number;
    onMessage(message);
  }
  return { count, sum };
}
