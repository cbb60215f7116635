import { createSecretKey } from 'node:crypto';
import { createClient, withToken, type ClientOptions } from '@streamworks/common';
import { signToken } from '@streamworks/common/testing';
import { SayHello } from '@streamworks/proto/hello';
import { ServerStream } from '@streamworks/proto/stream/pow';
import { BidirectionalStreamServer } from '@streamworks/proto/stream/sqrt';
import { ClientStream } from '@streamworks/proto/stream/sum';
import { BENCH_SECRET } from './bench-secret.js';
import { assertEqual, UNARY_CONCURRENCY, type BenchClient } from './patterns.js';

/** Our client with a token, for the server that asks for one. */
export async function createGuardedClient(target: string): Promise<BenchClient> {
  const token = await signToken(createSecretKey(Buffer.from(BENCH_SECRET)), { sub: 'bench' });
  return createOurClient(target, { interceptors: [withToken(token)] });
}

/** Our client as one would use it: `for await`, generators. */
export function createOurClient(target: string, options: ClientOptions = {}): BenchClient {
  const hello = createClient(SayHello, target, options);
  const pow = createClient(ServerStream, target, options);
  const sum = createClient(ClientStream, target, options);
  const sqrt = createClient(BidirectionalStreamServer, target, options);
  return {
    async 'server streaming'(count) {
      let received = 0;
      for await (const _ of pow.pow({ number: BigInt(count) })) received += 1;
      assertEqual(received, count);
    },
    async 'client streaming'(count) {
      function* ones() {
        for (let sent = 0; sent < count; sent += 1) yield { data: 1n };
      }
      assertEqual((await sum.sum(ones())).sum, BigInt(count));
    },
    async bidi(count) {
      function* numbers() {
        for (let number = 0; number < count; number += 1) yield { number };
      }
      let received = 0;
      for await (const _ of sqrt.sqrt(numbers())) received += 1;
      assertEqual(received, count);
    },
    async unary(count) {
      let left = count;
      const worker = async (): Promise<void> => {
        while ((left -= 1) >= 0) await hello.hello({ name: 'x' });
      };
      await Promise.all(Array.from({ length: UNARY_CONCURRENCY }, worker));
    },
    async pingPong(count) {
      let next!: (message: { number: number }) => void;
      async function* numbers() {
        for (let sent = 0; sent < count; sent += 1)
          yield await new Promise<{ number: number }>((resolve) => (next = resolve));
      }
      const responses = sqrt.sqrt(numbers());
      const times: number[] = [];
      for (let number = 0; number < count; number += 1) {
        await new Promise(setImmediate); // the generator waits for its next number
        const start = performance.now();
        next({ number });
        await responses.next();
        times.push(performance.now() - start);
      }
      return times;
    },
    async idle(count) {
      async function* one() {
        yield { number: 1 };
        await new Promise(() => undefined);
      }
      const open = Array.from({ length: count }, () => sqrt.sqrt(one()));
      for (const responses of open) await responses.next();
    },
    async stop() {
      await pow.pow({ number: 2n ** 40n }).next();
    },
  };
}
