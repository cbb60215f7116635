import { credentials } from '@grpc/grpc-js';
import { loadPlainClients } from './load-plain.js';
import { assertEqual, UNARY_CONCURRENCY, type BenchClient } from './patterns.js';

/** Plain grpc-js as the tutorials write it. */
export function createPlainClient(target: string): BenchClient {
  const clients = loadPlainClients();
  const insecure = credentials.createInsecure();
  const hello = new clients.SayHello(target, insecure);
  const pow = new clients.stream.ServerStream(target, insecure);
  const sum = new clients.stream.ClientStream(target, insecure);
  const sqrt = new clients.stream.BidirectionalStreamServer(target, insecure);
  const read = (call: any): Promise<number> =>
    new Promise((resolve, reject) => {
      let received = 0;
      call.on('data', () => (received += 1));
      call.on('end', () => resolve(received));
      call.on('error', reject);
    });
  return {
    async 'server streaming'(count) {
      assertEqual(await read(pow.Pow({ number: count })), count);
    },
    'client streaming': (count) =>
      new Promise((resolve, reject) => {
        const call = sum.Sum((error: Error | null, response: any) => {
          if (error !== null) return reject(error);
          assertEqual(response.sum, String(count));
          resolve();
        });
        for (let sent = 0; sent < count; sent += 1) call.write({ data: 1 });
        call.end();
      }),
    async bidi(count) {
      const call = sqrt.Sqrt();
      const received = read(call);
      for (let number = 0; number < count; number += 1) call.write({ number });
      call.end();
      assertEqual(await received, count);
    },
    async unary(count) {
      let left = count;
      const one = (): Promise<void> =>
        new Promise((resolve, reject) =>
          hello.Hello({ name: 'x' }, (error: Error | null) => (error === null ? resolve() : reject(error))),
        );
      const worker = async (): Promise<void> => {
        while ((left -= 1) >= 0) await one();
      };
      await Promise.all(Array.from({ length: UNARY_CONCURRENCY }, worker));
    },
    pingPong: (count) =>
      new Promise((resolve, reject) => {
        const call = sqrt.Sqrt();
        const times: number[] = [];
        let start = 0;
        const send = (): void => {
          start = performance.now();
          call.write({ number: times.length });
        };
        call.on('data', () => {
          times.push(performance.now() - start);
          if (times.length < count) setImmediate(send);
          else call.end();
        });
        call.on('end', () => resolve(times));
        call.on('error', reject);
        send();
      }),
    async idle(count) {
      await Promise.all(
        Array.from({ length: count }, () => {
          const call = sqrt.Sqrt();
          call.write({ number: 1 });
          return new Promise((resolve) => call.on('data', resolve));
        }),
      );
    },
  };
}
