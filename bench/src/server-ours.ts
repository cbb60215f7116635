import { createLogger, defineService, readServiceConfig, serve } from '@streamworks/common';
import { SayHello } from '@streamworks/proto/hello';
import { ServerStream } from '@streamworks/proto/stream/pow';
import { BidirectionalStreamServer } from '@streamworks/proto/stream/sqrt';
import { ClientStream } from '@streamworks/proto/stream/sum';
import { BENCH_SECRET } from './bench-secret.js';
import { announce } from './process-messages.js';

/** Our server with the handlers that one would write: generators and loops. */
const isGuarded = process.argv[2] === 'guarded';
const settings = isGuarded ? { AUTH_JWT_SECRET: BENCH_SECRET } : { LOG_LEVEL: 'silent' };
const config = { ...readServiceConfig(settings, { service: 'bench', port: 0 }), host: '127.0.0.1' };
const server = await serve({
  config: { ...config, metricsPort: 'off' },
  log: createLogger(config),
  services: [
    defineService(SayHello, { hello: ({ name }) => ({ msg: name }) }),
    defineService(ServerStream, {
      async *pow({ number }) {
        for (let sent = 0n; sent < number; sent += 1n) yield { number: sent };
      },
    }),
    defineService(ClientStream, {
      async sum(requests) {
        let sum = 0n;
        for await (const { data } of requests) sum += data;
        return { sum };
      },
    }),
    defineService(BidirectionalStreamServer, {
      async *sqrt(requests) {
        for await (const { number } of requests) yield { sqrt: Math.sqrt(number) };
      },
    }),
  ],
});
announce(server.port);
