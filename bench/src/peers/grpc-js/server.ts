import { Server, ServerCredentials } from '@grpc/grpc-js';
import { loadBenchService } from './load-definitions.js';

/** Plain grpc-js as the tutorials write it: `call.write` in a loop, `call.on('data')`. Its calls are untyped there, too. */
export function startServer(): Promise<number> {
  const subscribers = new Set<any>();
  const server = new Server();
  server.addService(loadBenchService(), {
    Unary: (call: any, callback: any) => callback(null, call.request),
    ServerStreaming(call: any) {
      const { count, payloadBytes } = call.request;
      const payload = payloadBytes === 0 ? undefined : Buffer.alloc(payloadBytes, 1);
      for (let number = 0; number < Number(count); number += 1) call.write({ number, payload });
      call.end();
    },
    ClientStreaming: (call: any, callback: any) => addUp(call, callback, () => undefined),
    Bidi(call: any) {
      call.on('data', (message: any) => call.write(message));
      call.on('end', () => call.end());
      call.on('error', () => undefined);
    },
    Subscribe(call: any) {
      call.write({ number: -1 });
      subscribers.add(call);
      call.on('close', () => subscribers.delete(call));
      call.on('error', () => subscribers.delete(call));
    },
    Publish: (call: any, callback: any) =>
      addUp(call, callback, (message) => {
        for (const subscriber of subscribers) subscriber.write(message);
      }),
  });
  return new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    ),
  );
}

function addUp(call: any, callback: any, onMessage: (message: any) => void): void {
  let count = 0;
  let sum = 0;
  call.on('data', (message: any) => {
    count += 1;
    sum += Number(message.number);
    onMessage(message);
  });
  call.on('end', () => callback(null, { count, sum }));
  call.on('error', () => undefined);
}
