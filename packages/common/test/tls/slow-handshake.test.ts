import { once } from 'node:events';
import { connect } from 'node:net';
import { Server } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { createLogger } from '../../src/index.js';
import { createTlsListener } from '../../src/rpc/tls/tls-listener.js';
import { createCa } from '../support/certificates.js';

it('a handshake that takes too long is refused', async () => {
  const ca = await createCa();
  const lines: string[] = [];
  const log = createLogger({ service: 'test', destination: { write: (line) => void lines.push(line) } });
  const server = new Server();
  const listener = createTlsListener({ server, tls: await ca.issue(), log, handshakeMs: 50 });
  const port = await listener.bind('127.0.0.1', 0);
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.write(Buffer.from('160301020001', 'hex'));
  await once(socket.resume(), 'close');
  expect(lines.map((line) => (JSON.parse(line) as { reason: string }).reason)).toEqual([
    'the client did not finish the handshake in time',
  ]);
  await listener.stop();
  server.forceShutdown();
});
