import { createServer, type CallContext } from 'nice-grpc';
import { createQueue, type Queue } from '../queue.js';
import { loadService } from './load-service.js';

/** A message as @grpc/proto-loader gives it and takes it. */
type Message = { number: string | number; payload?: Buffer | undefined };
type Request = { count: string; payloadBytes: number };

/** nice-grpc as its documentation writes it: async generators. */
export function startServer(): Promise<number> {
  const subscribers = new Set<Queue<Message>>();
  const server = createServer();
  server.add(loadService(), {
    unary: async (message: Message) => message,
    async *serverStreaming({ count, payloadBytes }: Request) {
      const payload = payloadBytes === 0 ? undefined : Buffer.alloc(payloadBytes, 1);
      for (let number = 0; number < Number(count); number += 1) yield { number, payload };
    },
    clientStreaming: (requests: AsyncIterable<Message>) => addUp(requests, () => undefined),
    async *bidi(requests: AsyncIterable<Message>) {
      for await (const message of requests) yield message;
    },
    async *subscribe(_request: object, { signal }: CallContext) {
      const queue = createQueue<Message>();
      subscribers.add(queue);
      signal.addEventListener('abort', queue.end);
      try {
        yield { number: -1 };
        yield* queue;
      } finally {
        subscribers.delete(queue);
      }
    },
    publish: (requests: AsyncIterable<Message>) =>
      addUp(requests, (message) => {
        for (const subscriber of subscribers) subscriber.push(message);
      }),
  });
  return server.listen('127.0.0.1:0');
}

async function addUp(requests: AsyncIterable<Message>, onMessage: (message: Message) => void) {
  let count = 0;
  let sum = 0;
  for await (const message of requests) {
    count += 1;
    sum += Number(message.number);
    onMessage(message);
  }
  return { count, sum };
}
