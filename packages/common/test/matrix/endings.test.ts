import { StatusError, type RequestStream } from '../../src/index.js';
import { collect } from '../../src/testing/index.js';
import { badBytes, textOf, type Note } from '../support/four-kinds.js';
import { describeEnding } from '../support/matrix.js';

const echo = async function* (requests: RequestStream<Note>): AsyncGenerator<Note> {
  yield* requests;
};
const join = async (requests: RequestStream<Note>): Promise<Note> => ({
  text: (await collect(requests)).map(({ text }) => text).join(' '),
});

describeEnding('ok', {
  unary: {
    interop: 'large_unary',
    handler: ({ text }) => ({ text: textOf(text.length + 42_331) }),
    requests: [textOf(271_828)],
    expected: { responses: [textOf(314_159)] },
  },
  server: {
    interop: 'server_streaming',
    async *handler({ text }) {
      for (const size of text.split(' ')) yield { text: textOf(Number(size)) };
    },
    requests: ['31415 9 2653 58979'],
    expected: { responses: [31415, 9, 2653, 58979].map(textOf) },
  },
  client: {
    interop: 'client_streaming',
    async handler(requests) {
      let size = 0;
      for await (const { text } of requests) size += text.length;
      return { text: String(size) };
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

describeEnding('ok, with plain functions that write', {
  unary: 'a unary handler gives its response',
  server: {
    async handler({ text }, { write }) {
      for (const letter of text) await write({ text: letter });
    },
    requests: ['abc'],
    expected: { responses: ['a', 'b', 'c'] },
  },
  client: 'a client-streaming handler gives its response',
  bidi: {
    async handler(requests, context) {
      for await (const request of requests) await context.write(request);
    },
    requests: ['a', 'b'],
    expected: { responses: ['a', 'b'] },
  },
});

describeEnding('empty stream', {
  unary: { interop: 'empty_unary', handler: () => ({}), requests: [''], expected: { responses: [''] } },
  server: { async *handler() {}, requests: [''], expected: { responses: [] } },
  client: { handler: join, requests: [], expected: { responses: [''] } },
  bidi: { interop: 'empty_stream', handler: echo, requests: [], expected: { responses: [] } },
});

describeEnding('status error before the first response', {
  unary: { interop: 'status_code_and_message', handler: fail, requests: ['a'], expected: failure([]) },
  server: { handler: fail, requests: ['a'], expected: failure([]) },
  client: { handler: fail, requests: ['a', 'b'], expected: failure([]) },
  bidi: { interop: 'status_code_and_message', handler: fail, requests: ['a', 'b'], expected: failure([]) },
});

describeEnding('status error after responses, which all arrive before it', {
  unary: 'a unary call has its response at its end',
  server: {
    async *handler() {
      for (let index = 0; index < 100; index += 1) yield { text: String(index) };
      fail();
    },
    requests: ['a'],
    expected: failure(Array.from({ length: 100 }, (_, index) => String(index))),
  },
  client: 'a client-streaming call has its response at its end',
  bidi: {
    async *handler(requests) {
      yield* requests;
      fail();
    },
    requests: ['a', 'b'],
    expected: failure(['a', 'b']),
  },
});

const special = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n';
const failSpecially = (): never => {
  throw new StatusError('UNKNOWN', special);
};
const specialFailure = { code: 'UNKNOWN', message: special } as const;

describeEnding('special_status_message', {
  unary: { interop: 'special_status_message', handler: failSpecially, requests: [''], expected: specialFailure },
  server: { handler: failSpecially, requests: [''], expected: specialFailure },
  client: { handler: failSpecially, requests: [''], expected: specialFailure },
  bidi: { handler: failSpecially, requests: [''], expected: specialFailure },
});

const straySync = (): never => {
  throw new Error('2 secret password');
};
const strayAsync = async (): Promise<never> => {
  await Promise.resolve();
  throw Object.assign(new Error('2 secret password'), { code: 5, details: 'secret' });
};
const internal = { code: 'INTERNAL', message: 'internal error', details: [] } as const;

describeEnding('stray error, sync', {
  unary: { handler: straySync, requests: [''], expected: internal },
  server: { handler: straySync, requests: [''], expected: internal },
  client: { handler: straySync, requests: [''], expected: internal },
  bidi: { handler: straySync, requests: [''], expected: internal },
});

describeEnding('stray error, async', {
  unary: { handler: strayAsync, requests: [''], expected: internal },
  server: {
    async *handler() {
      yield { text: 'a' };
      await strayAsync();
    },
    requests: [''],
    expected: { ...internal, responses: ['a'] },
  },
  client: { handler: strayAsync, requests: ['', ''], expected: internal },
  bidi: {
    async *handler(requests) {
      for await (const request of requests) {
        yield request;
        await strayAsync();
      }
    },
    requests: ['a', 'b'],
    expected: { ...internal, responses: ['a'] },
  },
});

const limit = { maxMessageBytes: 1000 };
const overLimit = { code: 'RESOURCE_EXHAUSTED' } as const;

describeEnding('request too large', {
  unary: { handler: (note) => note, requests: [textOf(1001)], expected: overLimit, config: limit },
  server: { async *handler() {}, requests: [textOf(1001)], expected: overLimit, config: limit },
  client: { handler: join, requests: ['a', textOf(1001)], expected: overLimit, config: limit },
  bidi: {
    handler: echo,
    requests: [textOf(1000), textOf(1001)],
    expected: { ...overLimit, responses: [textOf(1000)] },
    config: limit,
  },
});

const tooLarge = (): Note => ({ text: textOf(1001) });

describeEnding('response too large', {
  unary: { handler: tooLarge, requests: [''], expected: overLimit, config: limit },
  server: {
    async *handler() {
      yield { text: 'a' };
      yield tooLarge();
    },
    requests: [''],
    expected: { ...overLimit, responses: ['a'] },
    config: limit,
  },
  client: { handler: tooLarge, requests: [''], expected: overLimit, config: limit },
  bidi: {
    async handler(requests, { write }) {
      await requests.next();
      void write({ text: 'a' });
      void write(tooLarge());
    },
    requests: [''],
    expected: { ...overLimit, responses: ['a'] },
    config: limit,
  },
});

const noWholeMessage = { code: 'INTERNAL' } as const;

describeEnding('bad bytes in a request: those before it are handled', {
  unary: { handler: (note) => note, requests: [badBytes], expected: noWholeMessage },
  server: { async *handler() {}, requests: [badBytes], expected: noWholeMessage },
  client: { handler: join, requests: ['a', badBytes], expected: noWholeMessage },
  bidi: { handler: echo, requests: ['a', badBytes, 'b'], expected: { ...noWholeMessage, responses: ['a'] } },
});

describeEnding('bad bytes in a response: those before it arrive', {
  unary: { handler: () => ({ text: badBytes }), requests: [''], expected: noWholeMessage },
  server: {
    async *handler() {
      for (const text of ['a', badBytes, 'b']) yield { text };
    },
    requests: [''],
    expected: { ...noWholeMessage, responses: ['a'] },
  },
  client: { handler: () => ({ text: badBytes }), requests: [''], expected: noWholeMessage },
  bidi: { handler: echo, requests: ['a', badBytes, 'b'], expected: { ...noWholeMessage, responses: ['a'] } },
});

function fail(): never {
  throw new StatusError('UNKNOWN', 'test status message', {
    details: [{ type: 'google.rpc.RequestInfo', value: { requestId: 'r' } }],
  });
}

function failure(responses: readonly string[]) {
  return { code: 'UNKNOWN', message: 'test status message', details: ['google.rpc.RequestInfo'], responses } as const;
}
