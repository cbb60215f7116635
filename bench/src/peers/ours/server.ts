import {
  Broadcast,
  createLogger,
  defineService,
  readServiceConfig,
  serve,
  Subscriber,
  type Environment,
} from '@streamworks/common';
import { BenchService } from '@streamworks/proto/streamworks/bench/bench';

/** Room for all that the client publishes ahead of its slowest subscriber: 64 messages, 4 MiB each at most. */
const WINDOW_BYTES = 64 * 4 * 2 ** 20;

/** Our server with the handlers that one would write: generators and loops. */
export function startServer(): Promise<number> {
  return startOurServer({ LOG_LEVEL: 'silent' });
}

/** Our server with further settings. */
export async function startOurServer(environment: Environment): Promise<number> {
  const config = { ...readServiceConfig(environment, { service: 'bench', port: 0 }), host: '127.0.0.1' };
  const topic = new Broadcast(BenchService.methods.subscribe);
  const service = defineService(BenchService, {
    unary: (message) => message,
    async *serverStreaming({ count, payloadBytes }) {
      const payload = payloadBytes === 0 ? undefined : Buffer.alloc(payloadBytes, 1);
      for (let number = 0n; number < count; number += 1n) yield { number, payload };
    },
    async clientStreaming(requests) {
      let count = 0n;
      let sum = 0n;
      for await (const { number } of requests) {
        count += 1n;
        sum += number;
      }
      return { count, sum };
    },
    async *bidi(requests) {
      for await (const message of requests) yield message;
    },
    async subscribe(_request, context) {
      const subscriber = new Subscriber(context, { maxBytes: WINDOW_BYTES });
      topic.add(subscriber);
      await context.write({ number: -1n });
      await subscriber.done;
    },
    async publish(requests) {
      let count = 0n;
      let sum = 0n;
      for await (const message of requests) {
        count += 1n;
        sum += message.number;
        topic.publish(message);
      }
      return { count, sum };
    },
  });
  const server = await serve({
    config: { ...config, metricsPort: 'off' },
    log: createLogger(config),
    services: [service],
  });
  return server.port;
}
