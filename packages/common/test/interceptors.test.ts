import { describe, expect, it } from 'vitest';
import {
  createClient,
  StatusError,
  type CallOutcome,
  type ClientInterceptor,
  type Interceptor,
  type ServerInterceptor,
} from '../src/index.js';
import { collect, from, gate, startService, until } from '../src/testing/index.js';
import { FourKinds, kinds, type Kind, type Note } from './support/four-kinds.js';
import { createFourKinds } from './support/pairs.js';

/** Answers with the requests; `many` writes, `bidi` yields. */
const echo = createFourKinds({
  unary: (note) => note,
  async server(note, { write }) {
    for (let sent = 0; sent < 3; sent += 1) await write(note);
  },
  async client(notes) {
    const texts = await collect(notes);
    return { text: texts.map(({ text }) => text).join('') };
  },
  async *bidi(notes) {
    for await (const batch of notes.batches()) yield* batch;
  },
});

type OurClient = ReturnType<typeof connect>;

function connect(target: string, interceptors: readonly ClientInterceptor[] = []) {
  return createClient(FourKinds, target, { interceptors });
}

/** Makes a call of a kind, whole; requests are two where there may be two. */
async function call(client: OurClient, kind: Kind): Promise<string[]> {
  const notes = [{ text: 'a' }, { text: 'b' }];
  if (kind === 'unary') return [(await client.unary({ text: 'a' })).text];
  if (kind === 'client') return [(await client.client(from(notes))).text];
  const responses = kind === 'server' ? client.server({ text: 'a' }) : client.bidi(from(notes));
  return (await collect(responses)).map(({ text }) => text);
}

const answers = { unary: ['a'], server: ['a', 'a', 'a'], client: ['ab'], bidi: ['a', 'b'] };
const requestsOf = { unary: 1, server: 1, client: 2, bidi: 2 };

/** Makes every text upper case, requests and responses. */
const shout: Interceptor = async function* ({ requests }, next) {
  const toUpper = (note: object): Note => ({ text: `${(note as Note).text.toUpperCase()}!` });
  async function* loud(): AsyncGenerator<Note> {
    for await (const request of requests) yield toUpper(request);
  }
  for await (const response of next(loud())) yield toUpper(response);
};

describe.each(kinds)('interceptors around a call: %s', (kind) => {
  it('run from the first to the last, and see the end from the last to the first', async () => {
    const seen: string[] = [];
    const note = (name: string): Interceptor =>
      async function* (_call, next) {
        seen.push(`${name} in`);
        yield* next();
        seen.push(`${name} out`);
      };
    await using server = await startService([echo], { interceptors: [note('server 1'), note('server 2')] });
    const client = connect(server.target, [note('client 1'), note('client 2')]);
    expect(await call(client, kind)).toEqual(answers[kind]);
    client.$close();
    const into = ['client 1', 'client 2', 'server 1', 'server 2'];
    // What stands on different sides ends at its own time.
    const order = (side: string, way: string) => seen.filter((line) => line.startsWith(side) && line.endsWith(way));
    expect(seen.filter((line) => line.endsWith('in'))).toEqual(into.map((name) => `${name} in`));
    for (const side of ['server', 'client']) expect(order(side, 'out')).toEqual([`${side} 2 out`, `${side} 1 out`]);
  });

  it('count messages without a loop, and are told how the call ended, once', async () => {
    const counts: { side: string; requests: number; responses: number; outcome: Partial<CallOutcome> }[] = [];
    const count =
      (side: string): Interceptor =>
      (intercepted, next) => {
        const counted = { side, requests: 0, responses: 0 };
        intercepted.onEnd(({ code, sent, received }) => counts.push({ ...counted, outcome: { code, sent, received } }));
        return next(intercepted.requests.tap(() => (counted.requests += 1))).tap(() => (counted.responses += 1));
      };
    await using server = await startService([echo], { interceptors: [count('server')] });
    const client = connect(server.target, [count('client')]);
    expect(await call(client, kind)).toEqual(answers[kind]);
    client.$close();
    await until(() => counts.length === 2);
    const [requests, responses] = [requestsOf[kind], answers[kind].length];
    const common = { requests, responses };
    expect(counts).toContainEqual({
      side: 'server',
      ...common,
      outcome: { code: 'OK', received: requests, sent: responses },
    });
    expect(counts).toContainEqual({
      side: 'client',
      ...common,
      outcome: { code: 'OK', received: responses, sent: requests },
    });
  });

  it('change messages, on either side', async () => {
    await using server = await startService([echo], { interceptors: [shout] });
    const client = connect(server.target, [shout]);
    const expected = answers[kind].map((text) => `${text.toUpperCase().replaceAll(/./g, '$&!!')}!!`);
    expect(await call(client, kind)).toEqual(expected);
    client.$close();
  });

  it.each([
    [
      'at once',
      () => {
        throw new StatusError('PERMISSION_DENIED', 'no');
      },
    ],
    [
      'later',
      async () => {
        throw new StatusError('PERMISSION_DENIED', 'no');
      },
    ],
    [
      'in its loop',
      async function* (_call, next) {
        if (next.length < 9) throw new StatusError('PERMISSION_DENIED', 'no');
        yield* next();
      },
    ],
  ] as [string, Interceptor][])('refuse a call %s: no handler runs, and no message is read', async (_when, refuse) => {
    let ran = 0;
    const handlers = {
      unary: () => ({ text: String((ran += 1)) }),
      client: async () => ({ text: String((ran += 1)) }),
    };
    async function* stream(): AsyncGenerator<Note> {
      ran += 1;
      yield { text: '' };
    }
    const service = createFourKinds({ ...handlers, server: stream, bidi: stream });
    const outcomes: CallOutcome[] = [];
    const watch: ServerInterceptor = (intercepted, next) => {
      intercepted.onEnd((outcome) => outcomes.push(outcome));
      return next();
    };
    await using server = await startService([service], { interceptors: [watch, refuse] });
    const client = connect(server.target);
    await expect(call(client, kind)).rejects.toMatchObject({ code: 'PERMISSION_DENIED', statusMessage: 'no' });
    client.$close();
    expect(ran).toBe(0);
    expect(outcomes).toEqual([expect.objectContaining({ code: 'PERMISSION_DENIED', received: 0, sent: 0 })]);
    const refused = connect(server.target, [refuse]);
    await expect(call(refused, kind)).rejects.toMatchObject({ code: 'PERMISSION_DENIED', statusMessage: 'no' });
    refused.$close();
  });

  it('that fail are INTERNAL to the caller and an error in the log', async () => {
    const fail: ServerInterceptor = () => {
      throw new Error('secret password');
    };
    await using server = await startService([echo], { interceptors: [fail] });
    const client = connect(server.target);
    await expect(call(client, kind)).rejects.toMatchObject({ code: 'INTERNAL', statusMessage: 'internal error' });
    client.$close();
    await until(() => server.logs.some(({ level }) => level === 'error'));
    expect(JSON.stringify(server.logs)).toContain('secret password');
  });

  it('that do not like a message end the call with their status', async () => {
    const check: Interceptor = ({ requests }, next) =>
      next(
        requests.tap(({ text }: Note) => {
          if (text === 'a') throw new StatusError('INVALID_ARGUMENT', 'not a');
        }),
      );
    await using server = await startService([echo], { interceptors: [check] });
    const client = connect(server.target);
    await expect(call(client, kind)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', statusMessage: 'not a' });
    client.$close();
  });

  it('answer in place of the handler', async () => {
    const answer: Interceptor = () => from([{ text: 'from here' }]);
    await using server = await startService([echo], { interceptors: [answer] });
    const client = connect(server.target);
    expect(await call(client, kind)).toEqual(['from here']);
    client.$close();
  });

  it('end an open call with a status', async () => {
    const aborted = gate<unknown>();
    const waiting = (signal: AbortSignal): Promise<never> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted.open(signal.reason);
          reject(signal.reason as Error);
        });
      });
    const service = createFourKinds({
      unary: (_note, { signal }) => waiting(signal),
      server: (_note, { signal }) => waiting(signal),
      client: (_notes, { signal }) => waiting(signal),
      bidi: (_notes, { signal }) => waiting(signal),
    });
    const endSoon: ServerInterceptor = (intercepted, next) => {
      setTimeout(() => intercepted.end(new StatusError('ABORTED', 'long enough')), 20);
      return next();
    };
    await using server = await startService([service], { interceptors: [endSoon] });
    const client = connect(server.target);
    await expect(call(client, kind)).rejects.toMatchObject({ code: 'ABORTED', statusMessage: 'long enough' });
    client.$close();
    expect(await aborted).toMatchObject({ code: 'ABORTED' });
  });
});

describe('interceptors', () => {
  it('clean up when the call is cancelled in the middle of their loop', async () => {
    const cleaned: string[] = [];
    const watch: Interceptor = async function* ({ requests }, next) {
      async function* passed(): AsyncGenerator<object> {
        try {
          yield* requests;
        } finally {
          cleaned.push('requests');
        }
      }
      try {
        yield* next(passed());
      } finally {
        cleaned.push('responses');
      }
    };
    const service = createFourKinds({
      async *bidi(notes) {
        try {
          for await (const note of notes) for (;;) yield note;
        } finally {
          cleaned.push('handler');
        }
      },
    });
    await using server = await startService([service], { interceptors: [watch] });
    const client = connect(server.target, [watch]);
    for await (const _ of client.bidi(from([{ text: 'a' }]))) break;
    await until(() => cleaned.length === 5);
    expect(cleaned.toSorted()).toEqual(['handler', 'requests', 'requests', 'responses', 'responses']);
    client.$close();
  });

  it('are told of a call that is cancelled, and of one whose connection is lost', async () => {
    const codes: string[] = [];
    const started = gate();
    const watch: Interceptor = (intercepted, next) => {
      intercepted.onEnd(({ code }) => codes.push(code));
      return next();
    };
    const service = createFourKinds({
      unary: (_note, { signal }) => {
        started.open();
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      },
    });
    await using server = await startService([service], { interceptors: [watch] });
    const client = connect(server.target, [watch]);
    const abort = new AbortController();
    const ended = client.unary({ text: '' }, { signal: abort.signal });
    await started;
    abort.abort();
    await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' });
    await until(() => codes.length === 2);
    expect(codes).toEqual(['CANCELLED', 'CANCELLED']);
    client.$close();
  });

  it('add to the metadata of a call before it is sent, and wait for that', async () => {
    const service = createFourKinds({ unary: (_note, { metadata }) => ({ text: String(metadata.get('added')) }) });
    await using server = await startService([service]);
    const client = connect(server.target, [
      async ({ metadata }, next) => {
        await Promise.resolve();
        metadata.set('added', 'here');
        return next();
      },
    ]);
    expect(await client.unary({ text: '' })).toEqual({ text: 'here' });
    client.$close();
  });

  it('give one response where the method has one, or the call is INTERNAL', async () => {
    for (const texts of [[], ['a', 'b']]) {
      const answer: ServerInterceptor = () => from(texts.map((text) => ({ text })));
      await using server = await startService([echo], { interceptors: [answer] });
      const client = connect(server.target);
      await expect(client.unary({ text: '' })).rejects.toMatchObject({ code: 'INTERNAL' });
      client.$close();
    }
  });

  it('that leave the responses end the call, and its handler stops', async () => {
    const stopped = gate();
    const service = createFourKinds({
      async *server(note) {
        try {
          for (;;) yield note;
        } finally {
          stopped.open();
        }
      },
    });
    const takeTwo: ServerInterceptor = async function* (_call, next) {
      let taken = 0;
      for await (const response of next()) {
        yield response;
        if ((taken += 1) === 2) return;
      }
    };
    await using server = await startService([service], { interceptors: [takeTwo] });
    const client = connect(server.target);
    expect(await collect(client.server({ text: 'a' }))).toHaveLength(2);
    await stopped;
    client.$close();
  });
});
