import { expect } from 'vitest';
import type { RequestStream } from '../../src/index.js';
import { gate, until } from '../../src/testing/index.js';
import { kinds, type Note } from '../support/four-kinds.js';
import { describeCells } from '../support/matrix.js';
import { callWith } from '../support/test-call.js';

// A call that does not end in time: breaks.test.ts

describeCells('server drains: an open call comes to its end, a new one is refused', kinds, async (pair, kind) => {
  const started = gate();
  const untilDraining = (draining: AbortSignal): Promise<void> => {
    started.open();
    return new Promise((resolve) => draining.addEventListener('abort', () => resolve()));
  };
  const readAll = async (requests: RequestStream<Note>, draining: AbortSignal): Promise<Note> => {
    const texts: string[] = [];
    for await (const { text } of requests) {
      texts.push(text);
      if (texts.length === 1) await untilDraining(draining);
    }
    return { text: texts.join() };
  };
  const server = await pair.serve({
    async unary(request, { draining }) {
      await untilDraining(draining);
      return request;
    },
    async *server(request, { draining }) {
      await untilDraining(draining);
      yield request;
    },
    client: (requests, { draining }) => readAll(requests, draining),
    async *bidi(requests, { draining }) {
      yield await readAll(requests, draining);
    },
  });
  await using client = pair.connect(server.target);
  const call = client.open(kind);
  void call.send('a');
  await started;
  const stopped = server.stop();
  await until(async () => {
    await using late = pair.connect(server.target);
    return (await callWith(late, kind, ['x'])).code === 'UNAVAILABLE';
  });
  const isStream = kind === 'client' || kind === 'bidi';
  if (isStream) void call.send('b');
  call.halfClose();
  expect(await call.end()).toMatchObject({ code: 'OK', responses: [isStream ? 'a,b' : 'a'] });
  await stopped;
});
