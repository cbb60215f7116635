import { Server, ServerCredentials } from '@grpc/grpc-js';
import { announce } from './process-messages.js';
import { loadPlain } from './load-plain.js';

/** Plain grpc-js as the tutorials write it: `call.write` in a loop, `call.on('data')`. */
const { hello, pow, sum, sqrt } = loadPlain();
const server = new Server();
server.addService(hello, {
  Hello: (call: any, callback: any) => callback(null, { msg: call.request.name }),
});
server.addService(pow, {
  Pow(call: any) {
    for (let sent = 0; sent < Number(call.request.number); sent += 1) call.write({ number: sent });
    call.end();
  },
});
server.addService(sum, {
  Sum(call: any, callback: any) {
    let total = 0;
    call.on('data', ({ data }: { data: string }) => (total += Number(data)));
    call.on('end', () => callback(null, { sum: total }));
  },
});
server.addService(sqrt, {
  Sqrt(call: any) {
    call.on('data', ({ number }: { number: number }) => call.write({ sqrt: Math.sqrt(number) }));
    call.on('end', () => call.end());
    call.on('error', () => undefined);
  },
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  announce(port);
});
