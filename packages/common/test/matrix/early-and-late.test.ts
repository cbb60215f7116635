import { expect } from 'vitest';
import { StatusError, type RequestStream } from '../../src/index.js';
import { collect, gate } from '../../src/testing/index.js';
import { kinds, textOf, type Note } from '../support/four-kinds.js';
import { describeCells, expectNothingOpen } from '../support/matrix.js';

// Only requests that stream leave a client something to send after the reply.

describeCells('server replies early, and goes on reading', ['bidi'], async (pair) => {
  const server = await pair.serve({
    async *bidi(requests) {
      yield { text: 'hello' };
      yield* requests;
    },
  });
  await using client = pair.connect(server.target);
  const call = client.open('bidi');
  expect(await call.read()).toBe('hello');
  void call.send('a');
  expect(await call.read()).toBe('a');
  call.halfClose();
  expect(await call.end()).toMatchObject({ code: 'OK', responses: ['hello', 'a'] });
  await expectNothingOpen(server);
});

describeCells(
  'server replies early, and ends with OK while the client sends',
  ['client', 'bidi'],
  async (pair, kind) => {
    const server = await pair.serve({
      async client(requests) {
        const { value } = await requests.next();
        return { text: `enough: ${value?.text}` };
      },
      async *bidi(requests) {
        const { value } = await requests.next();
        yield { text: `enough: ${value?.text}` };
      },
    });
    await using client = pair.connect(server.target);
    const call = client.open(kind);
    void call.send('a');
    expect(await call.end()).toMatchObject({ code: 'OK', responses: ['enough: a'] });
    await expectNothingOpen(server);
  },
);

describeCells('server replies early, and fails while the client sends', ['client', 'bidi'], async (pair, kind) => {
  const server = await pair.serve({
    async client(requests) {
      await requests.next();
      throw new StatusError('FAILED_PRECONDITION', 'no more');
    },
    async *bidi(requests) {
      yield { text: 'first' };
      await requests.next();
      throw new StatusError('FAILED_PRECONDITION', 'no more');
    },
  });
  await using client = pair.connect(server.target);
  const call = client.open(kind);
  void call.send('a');
  const responses = kind === 'bidi' ? ['first'] : [];
  expect(await call.end()).toMatchObject({ code: 'FAILED_PRECONDITION', message: 'no more', responses });
  await expectNothingOpen(server);
});

describeCells('server ends early while a flood of requests comes', ['client', 'bidi'], async (pair, kind) => {
  const server = await pair.serve({
    client: () => ({ text: 'enough' }),
    async *bidi() {
      yield { text: 'enough' };
    },
  });
  await using client = pair.connect(server.target);
  const call = client.open(kind);
  for (let count = 0; count < 200; count += 1) void call.send(textOf(10_000));
  expect(await call.end()).toMatchObject({ code: 'OK', responses: ['enough'] });
  await expectNothingOpen(server);
});

describeCells('who reads on when the handler has ended the call is told', ['client', 'bidi'], async (pair, kind) => {
  const failed = gate<unknown>();
  const readOn = async (requests: RequestStream<Note>): Promise<void> => {
    await collect(requests).catch(failed.open);
  };
  const server = await pair.serve({
    async client(requests) {
      void readOn(requests);
      return { text: 'x' };
    },
    async *bidi(requests) {
      void readOn(requests);
      yield { text: 'x' };
    },
  });
  await using client = pair.connect(server.target);
  const call = client.open(kind);
  void call.send('a');
  expect(await call.end()).toMatchObject({ code: 'OK', responses: ['x'] });
  expect(await failed).toMatchObject({ code: 'CANCELLED' });
  await expectNothingOpen(server);
});

describeCells('handler leaves its request loop early: the call goes on', ['client', 'bidi'], async (pair, kind) => {
  const server = await pair.serve({
    async client(requests) {
      for await (const _ of requests) break;
      return { text: (await collect(requests)).map(({ text }) => text).join() };
    },
    async *bidi(requests) {
      for await (const _ of requests) break;
      yield { text: 'left' };
      yield* requests;
    },
  });
  await using client = pair.connect(server.target);
  const call = client.open(kind);
  for (const text of ['a', 'b', 'c']) void call.send(text);
  call.halfClose();
  const responses = kind === 'bidi' ? ['left', 'b', 'c'] : ['b,c'];
  expect(await call.end()).toMatchObject({ code: 'OK', responses });
  await expectNothingOpen(server);
});

describeCells('handler returns early, without a look at its requests', kinds, async (pair, kind) => {
  const server = await pair.serve({
    unary: () => ({ text: 'x' }),
    async *server() {},
    client: () => ({ text: 'x' }),
    async *bidi() {},
  });
  await using client = pair.connect(server.target);
  const call = client.open(kind);
  void call.send('a');
  const responses = kind === 'server' || kind === 'bidi' ? [] : ['x'];
  expect(await call.end()).toMatchObject({ code: 'OK', responses });
  await expectNothingOpen(server);
});

describeCells('half-close, then a late reply', kinds, async (pair, kind) => {
  const isHalfClosed = gate();
  const mayReply = gate();
  const late = async (): Promise<Note> => {
    isHalfClosed.open();
    await mayReply;
    return { text: 'late' };
  };
  const server = await pair.serve({
    unary: late,
    async *server() {
      yield await late();
    },
    async client(requests) {
      await collect(requests);
      return late();
    },
    async *bidi(requests, { signal }) {
      await collect(requests);
      yield await late();
      expect(signal.aborted).toBe(false);
    },
  });
  await using client = pair.connect(server.target);
  const call = client.open(kind);
  void call.send('a');
  call.halfClose();
  await isHalfClosed;
  mayReply.open();
  expect(await call.end()).toMatchObject({ code: 'OK', responses: ['late'] });
  await expectNothingOpen(server);
});
