import { expect } from 'vitest';
import { gate, type Gate } from '../../src/testing/index.js';
import { textOf } from '../support/four-kinds.js';
import { describeCells, expectNothingOpen } from '../support/matrix.js';

// Slow readers who stop for long, in bytes: ../back-pressure.test.ts

describeCells('slow writer: each response arrives before the next one is made', ['server'], async (pair) => {
  const gates = ['a', 'b', 'c'].map((text) => ({ text, isRead: gate() }));
  const server = await pair.serve({
    async *server() {
      for (const { text, isRead } of gates) {
        yield { text };
        await isRead;
      }
    },
  });
  await using client = pair.connect(server.target);
  const call = client.open('server');
  void call.send('');
  for (const { text, isRead } of gates) {
    expect(await call.read()).toBe(text);
    isRead.open();
  }
  expect(await call.end()).toMatchObject({ code: 'OK' });
  await expectNothingOpen(server);
});

describeCells('slow writer: each request arrives before the next one is made', ['client'], async (pair) => {
  let arrived: Gate<string> = gate();
  const server = await pair.serve({
    async client(requests) {
      for await (const { text } of requests) arrived.open(text);
      return { text: 'all' };
    },
  });
  await using client = pair.connect(server.target);
  const call = client.open('client');
  for (const text of ['a', 'b', 'c']) {
    void call.send(text);
    expect(await arrived).toBe(text);
    arrived = gate();
  }
  call.halfClose();
  expect(await call.end()).toMatchObject({ code: 'OK', responses: ['all'] });
  await expectNothingOpen(server);
});

describeCells('slow on both sides: ping_pong', ['bidi'], async (pair) => {
  const server = await pair.serve({
    async *bidi(requests) {
      for await (const { text } of requests) yield { text: textOf(Number(text)) };
    },
  });
  await using client = pair.connect(server.target);
  const call = client.open('bidi');
  for (const size of [31415, 9, 2653, 58979]) {
    void call.send(String(size));
    expect(await call.read()).toBe(textOf(size));
  }
  call.halfClose();
  expect(await call.end()).toMatchObject({ code: 'OK' });
  await expectNothingOpen(server);
});

describeCells('slow reader: responses wait for it, in order', ['server', 'bidi'], async (pair, kind) => {
  const texts = Array.from({ length: 2000 }, (_, index) => `${index} ${textOf(100)}`);
  const server = await pair.serve({
    async *server() {
      for (const text of texts) yield { text };
    },
    async *bidi() {
      for (const text of texts) yield { text };
    },
  });
  await using client = pair.connect(server.target);
  const call = client.open(kind);
  void call.send('');
  call.halfClose();
  const received: (string | undefined)[] = [];
  for (let count = 0; count < texts.length; count += 1) {
    if (count % 100 === 0) await new Promise(setImmediate);
    received.push(await call.read());
  }
  expect(received).toEqual(texts);
  expect(await call.end()).toMatchObject({ code: 'OK' });
  await expectNothingOpen(server);
});

describeCells('slow reader: requests wait for the handler, in order', ['client', 'bidi'], async (pair, kind) => {
  const texts = Array.from({ length: 2000 }, (_, index) => `${index} ${textOf(100)}`);
  const received: string[] = [];
  const mayRead = gate();
  const read = async (requests: AsyncIterable<{ text: string }>) => {
    await mayRead;
    for await (const { text } of requests) {
      if (received.length % 100 === 0) await new Promise(setImmediate);
      received.push(text);
    }
    return { text: 'all' };
  };
  const server = await pair.serve({
    client: read,
    async *bidi(requests) {
      yield await read(requests);
    },
  });
  await using client = pair.connect(server.target);
  const call = client.open(kind);
  for (const text of texts) void call.send(text);
  call.halfClose();
  mayRead.open();
  expect(await call.end()).toMatchObject({ code: 'OK', responses: ['all'] });
  expect(received).toEqual(texts);
  await expectNothingOpen(server);
});
