import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { createClient, type ClientOptions, type StatusCode } from '../../src/index.js';
import { gate, until } from '../../src/testing/index.js';
import { startCutProxy, type CutProxy } from '../support/cut-proxy.js';
import { badBytes, FourKinds, kinds, textOf, type Kind } from '../support/four-kinds.js';
import { connectOurs } from '../support/our-client.js';
import { startPlainServer, type PlainHandlers, type PlainServer } from '../support/plain-server.js';
import { callWith, type CallEnd, type TestCall, type TestCallOptions } from '../support/test-call.js';

/** Our client, with both of its ways to move messages. */
const transports = [
  ['our client, plain server', { directHttp2: true }],
  ['our client without direct HTTP/2, plain server', { directHttp2: false }],
] as const;

/** A whole call and what is to come of it. */
interface Cell<K extends Kind> {
  readonly interop?: string;
  readonly handler: PlainHandlers[K];
  readonly requests: readonly string[];
  /** What the caller is to get; OK where no code is named. */
  readonly expected: Partial<CallEnd>;
  readonly client?: ClientOptions;
}

type Row = { readonly [K in Kind]: Cell<K> | string };

function describeEnding(name: string, row: Row): void {
  describe(name, () => {
    for (const kind of kinds) {
      const cell = row[kind];
      if (typeof cell === 'string') continue;
      const { interop, handler, requests, expected } = cell;
      describe(interop === undefined ? kind : `${kind} (${interop})`, () => {
        for (const [transport, options] of transports) {
          it(transport, async () => {
            await using server = await startPlainServer({ [kind]: handler });
            await using client = connectOurs(server.target, { ...options, ...cell.client });
            expect(await callWith(client, kind, requests)).toMatchObject({ code: 'OK', ...expected });
            await server.drain(800);
          });
        }
      });
    }
  });
}

function describeCells(
  name: string,
  some: readonly Kind[],
  expectCell: (kind: Kind, options: ClientOptions) => Promise<void>,
): void {
  describe(name, () => {
    for (const kind of some) {
      describe(kind, () => {
        for (const [transport, options] of transports) it(transport, () => expectCell(kind, options));
      });
    }
  });
}

describeEnding('ok', {
  unary: {
    interop: 'large_unary',
    handler: ({ request: { text } }, callback) => callback(null, { text: textOf(text.length + 42_331) }),
    requests: [textOf(271_828)],
    expected: { responses: [textOf(314_159)] },
  },
  server: {
    interop: 'server_streaming',
    handler(call) {
      for (const size of call.request.text.split(' ')) call.write({ text: textOf(Number(size)) });
      call.end();
    },
    requests: ['31415 9 2653 58979'],
    expected: { responses: [31415, 9, 2653, 58979].map(textOf) },
  },
  client: {
    interop: 'client_streaming',
    handler(call, callback) {
      let size = 0;
      call.on('data', ({ text }) => (size += text.length));
      call.on('end', () => callback(null, { text: String(size) }));
    },
    requests: [27182, 8, 1828, 45904].map(textOf),
    expected: { responses: ['74922'] },
  },
  bidi: {
    handler: echo,
    requests: [27182, 8, 1828, 45904].map(textOf),
    expected: { responses: [27182, 8, 1828, 45904].map(textOf) },
  },
});

describeEnding('empty stream', {
  unary: {
    interop: 'empty_unary',
    handler: (_call, callback) => callback(null, { text: '' }),
    requests: [''],
    expected: { responses: [''] },
  },
  server: { handler: (call) => void call.end(), requests: [''], expected: { responses: [] } },
  client: {
    handler: (call, callback) => void call.on('data', () => 0).on('end', () => callback(null, { text: 'none' })),
    requests: [],
    expected: { responses: ['none'] },
  },
  bidi: { interop: 'empty_stream', handler: echo, requests: [], expected: { responses: [] } },
});

const trailer = new Metadata();
trailer.set('x-hint', 'later');
const error: Partial<ServiceError> = { code: status.UNKNOWN, details: 'test status message', metadata: trailer };
const failed = { code: 'UNKNOWN', message: 'test status message' } as const;

describeEnding('status error', {
  unary: {
    interop: 'status_code_and_message',
    handler: (_call, callback) => callback(error),
    requests: ['a'],
    expected: { ...failed, responses: [], trailer: hasValue('x-hint', 'later') },
  },
  server: {
    handler(call) {
      call.write({ text: 'a' });
      call.write({ text: 'b' });
      call.emit('error', error);
    },
    requests: ['a'],
    expected: { ...failed, responses: ['a', 'b'] },
  },
  client: {
    handler: (call, callback) => void call.once('data', () => callback(error)),
    requests: ['a', 'b'],
    expected: { ...failed, responses: [] },
  },
  bidi: {
    interop: 'status_code_and_message',
    handler(call) {
      call.on('data', (note) => call.write(note));
      call.on('end', () => call.emit('error', error));
    },
    requests: ['a', 'b'],
    expected: { ...failed, responses: ['a', 'b'] },
  },
});

const special = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n';

describeEnding('special_status_message', {
  unary: {
    interop: 'special_status_message',
    handler: (_call, callback) => callback({ code: status.UNKNOWN, details: special }),
    requests: [''],
    expected: { code: 'UNKNOWN', message: special },
  },
  server: 'the same as unary',
  client: 'the same as unary',
  bidi: 'the same as unary',
});

describeEnding('server replies early, and ends with OK while the client sends', {
  unary: 'one request',
  server: 'one request',
  client: {
    handler: (call, callback) => void call.once('data', () => callback(null, { text: 'enough' })),
    requests: Array.from({ length: 500 }, () => textOf(10_000)),
    expected: { responses: ['enough'] },
  },
  bidi: {
    handler(call) {
      call.once('data', () => {
        call.write({ text: 'enough' });
        call.end();
      });
    },
    requests: Array.from({ length: 500 }, () => textOf(10_000)),
    expected: { responses: ['enough'] },
  },
});

describeEnding('response too large', {
  unary: {
    handler: (_call, callback) => callback(null, { text: textOf(1001) }),
    requests: [''],
    expected: { code: 'RESOURCE_EXHAUSTED', responses: [] },
    client: { maxMessageBytes: 1000 },
  },
  server: {
    handler: (call) => writeAndEnd(call, [textOf(1000), textOf(1001)]),
    requests: [''],
    expected: { code: 'RESOURCE_EXHAUSTED', responses: [textOf(1000)] },
    client: { maxMessageBytes: 1000 },
  },
  client: {
    handler: (_call, callback) => callback(null, { text: textOf(1001) }),
    requests: [''],
    expected: { code: 'RESOURCE_EXHAUSTED', responses: [] },
    client: { maxMessageBytes: 1000 },
  },
  bidi: {
    handler: (call) => writeAndEnd(call, [textOf(1000), textOf(1001)]),
    requests: [''],
    expected: { code: 'RESOURCE_EXHAUSTED', responses: [textOf(1000)] },
    client: { maxMessageBytes: 1000 },
  },
});

const noWholeMessage = { code: 'INTERNAL' } as const;

describeEnding('bad bytes in a response: those before it arrive', {
  unary: { handler: (_call, callback) => callback(null, { text: badBytes }), requests: [''], expected: noWholeMessage },
  server: {
    handler: (call) => writeAndEnd(call, ['a', badBytes, 'b']),
    requests: [''],
    expected: { ...noWholeMessage, responses: ['a'] },
  },
  client: {
    handler: (_call, callback) => callback(null, { text: badBytes }),
    requests: [''],
    expected: noWholeMessage,
  },
  bidi: { handler: echoBad, requests: ['a', 'b'], expected: { ...noWholeMessage, responses: ['a'] } },
});

describeEnding('custom_metadata', {
  unary: {
    interop: 'custom_metadata',
    handler(call, callback) {
      const header = new Metadata();
      header.set('x-header', 'yes');
      call.sendMetadata(header);
      callback(null, { text: '' }, trailer);
    },
    requests: [''],
    expected: { header: hasValue('x-header', 'yes'), trailer: hasValue('x-hint', 'later') },
  },
  server: 'the same as bidi',
  client: 'the same as unary',
  bidi: {
    interop: 'custom_metadata',
    handler(call) {
      const header = new Metadata();
      header.set('x-header', 'yes');
      call.sendMetadata(header);
      call.end(trailer);
    },
    requests: [],
    expected: { header: hasValue('x-header', 'yes'), trailer: hasValue('x-hint', 'later') },
  },
});

describe('a server that sends another number of responses than one', () => {
  it.each([
    ['unary', 0],
    ['unary', 2],
    ['client', 0],
    ['client', 2],
  ] as const)('%s, %i responses: UNIMPLEMENTED', async (kind, count) => {
    const texts = Array.from({ length: count }, (_, index) => String(index));
    await using server = await startPlainServer({ bidi: (call) => writeAndEnd(call, texts) });
    const method = { ...FourKinds.methods[kind], path: FourKinds.methods.bidi.path };
    const client = createClient({ ...FourKinds, methods: { ...FourKinds.methods, [kind]: method } }, server.target);
    const response = kind === 'unary' ? client.unary({ text: 'a' }) : client.client([{ text: 'a' }]);
    await expect(response).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
    client.$close();
  });
});

describeCells('half-close, then a late reply', ['client', 'bidi'], async (kind, options) => {
  const isHalfClosed = gate();
  const mayReply = gate();
  await using server = await startPlainServer({
    client(call, reply) {
      call.on('data', () => 0).on('end', isHalfClosed.open);
      void mayReply.then(() => reply(null, { text: 'late' }));
    },
    bidi(call) {
      call.on('data', () => 0).on('end', isHalfClosed.open);
      void mayReply.then(() => writeAndEnd(call, ['late']));
    },
  });
  await using client = connectOurs(server.target, options);
  const call = client.open(kind);
  void call.send('a');
  call.halfClose();
  await isHalfClosed;
  mayReply.open();
  expect(await call.end()).toMatchObject({ code: 'OK', responses: ['late'] });
});

describeCells('slow on both sides: ping_pong', ['bidi'], async (kind, options) => {
  await using server = await startPlainServer({ bidi: echo });
  await using client = connectOurs(server.target, options);
  const call = client.open(kind);
  for (const size of [31415, 9, 2653, 58979]) {
    void call.send(textOf(size));
    expect(await call.read()).toBe(textOf(size));
  }
  call.halfClose();
  expect(await call.end()).toMatchObject({ code: 'OK' });
});

/** A way in which a call is broken off while its handler waits, and the status that the caller gets. */
interface Break extends TestCallOptions {
  readonly name: string;
  readonly trigger: (parts: { call: TestCall; proxy: CutProxy; server: PlainServer }) => void;
  readonly caller: StatusCode;
}

const breaks: readonly Break[] = [
  { name: 'client cancels', trigger: ({ call }) => call.cancel(), caller: 'CANCELLED' },
  {
    name: 'deadline (timeout_on_sleeping_server)',
    timeoutMs: 150,
    trigger: () => undefined,
    caller: 'DEADLINE_EXCEEDED',
  },
  { name: 'connection cut', trigger: ({ proxy }) => proxy.cut(), caller: 'UNAVAILABLE' },
  {
    // grpc-js resets such a stream with the code CANCEL: nothing on the wire says who cancelled.
    name: 'server drains, and the call does not end',
    trigger: ({ server }) => void server.drain(50),
    caller: 'CANCELLED',
  },
];

for (const { name, trigger, caller, ...callOptions } of breaks) {
  describeCells(`${name}, after begin`, kinds, async (kind, options) => {
    const { handlers, started, cancelled } = createWaitingHandlers();
    await using server = await startPlainServer(handlers);
    await using proxy = await startCutProxy(server.port);
    await using client = connectOurs(proxy.target, options);
    const call = client.open(kind, callOptions);
    void call.send('first');
    await started;
    trigger({ call, proxy, server });
    expect(await call.end()).toMatchObject({ code: caller });
    await cancelled;
  });

  describeCells(`${name}, after first response`, ['server', 'bidi'], async (kind, options) => {
    const { handlers, cancelled } = createWaitingHandlers();
    await using server = await startPlainServer(handlers);
    await using proxy = await startCutProxy(server.port);
    await using client = connectOurs(proxy.target, options);
    const call = client.open(kind, callOptions);
    void call.send('first');
    expect(await call.read()).toBe('first');
    trigger({ call, proxy, server });
    expect(await call.end()).toMatchObject({ code: caller, responses: ['first'] });
    await cancelled;
  });
}

describeCells('no leak: a hundred calls that are cancelled leave none', kinds, async (kind, options) => {
  const open = new Set<object>();
  const { handlers } = createWaitingHandlers(open);
  await using server = await startPlainServer(handlers);
  await using client = connectOurs(server.target, options);
  const calls = Array.from({ length: 100 }, () => client.open(kind));
  for (const call of calls) void call.send('first');
  await until(() => open.size === 100);
  for (const call of calls) call.cancel();
  for (const call of calls) expect(await call.end()).toMatchObject({ code: 'CANCELLED' });
  await until(() => open.size === 0);
  await server.drain(800);
});

/** Handlers that never end by themselves; those that stream send a first response. */
function createWaitingHandlers(open = new Set<object>()) {
  const started = gate();
  const cancelled = gate();
  const wait = (call: { on(event: 'cancelled', listener: () => void): unknown }): void => {
    open.add(call);
    call.on('cancelled', () => {
      open.delete(call);
      cancelled.open();
    });
  };
  const handlers: PlainHandlers = {
    unary(call) {
      started.open();
      wait(call);
    },
    server(call) {
      started.open();
      call.write({ text: 'first' });
      wait(call);
    },
    client(call) {
      call.on('data', () => started.open());
      wait(call);
    },
    bidi(call) {
      call.on('data', (note) => {
        started.open();
        call.write(note);
      });
      wait(call);
    },
  };
  return { handlers, started, cancelled };
}

function echo(call: Parameters<PlainHandlers['bidi']>[0]): void {
  call.on('data', (note) => call.write(note));
  call.on('end', () => call.end());
}

function echoBad(call: Parameters<PlainHandlers['bidi']>[0]): void {
  call.on('data', ({ text }) => {
    call.write({ text });
    call.write({ text: badBytes });
  });
  call.on('end', () => call.end());
}

function writeAndEnd(
  call: Parameters<PlainHandlers['server']>[0] | Parameters<PlainHandlers['bidi']>[0],
  texts: string[],
) {
  for (const text of texts) call.write({ text });
  call.end();
}

function hasValue(key: string, value: string): Metadata {
  return expect.toSatisfy((metadata: Metadata) => metadata.get(key).includes(value)) as Metadata;
}
