import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import {
  CallError,
  createClient,
  StatusError,
  withToken,
  type ClientInterceptor,
  type Interceptor,
  type ServerInterceptor,
} from '../src/index.js';
import { collect, from, gate, startService, until } from '../src/testing/index.js';
import { FourKinds, type Note } from './support/four-kinds.js';
import { createFourKinds } from './support/pairs.js';

const never = new Promise<never>(() => undefined);
const echo = createFourKinds({
  unary: (note) => note,
  async *server(note) {
    yield note;
    yield note;
  },
  client: async (notes) => ({ text: String((await collect(notes)).length) }),
  async *bidi(notes) {
    yield* notes;
  },
});

/** Notes how calls end, as their interceptor is told. */
function createWatch() {
  const codes: string[] = [];
  const watch: Interceptor = (call, next) => {
    call.onEnd(({ code }) => codes.push(code));
    return next();
  };
  return { codes, watch };
}

describe('while an interceptor of a client is at work', () => {
  const hang: ClientInterceptor = () => never;
  const connect = (target: string, interceptors: readonly ClientInterceptor[] = [hang]) =>
    createClient(FourKinds, target, { interceptors });

  it('the deadline, a signal, the end of the client and a reader who leaves end the call', async () => {
    await using server = await startService([echo]);
    const { codes, watch } = createWatch();
    const client = connect(server.target, [watch, hang]);
    await expect(client.unary({}, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await expect(collect(client.server({}, { timeoutMs: 20 }))).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    const signal = AbortSignal.timeout(20);
    await expect(client.client(from([]), { signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    const left = client.bidi(from([]));
    await left.return?.();
    const open = client.unary({});
    client.$close();
    await expect(open).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(codes).toEqual(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'CANCELLED', 'CANCELLED', 'CANCELLED']);
  });

  it('the deadline ends a call in the middle of its loop', async () => {
    await using server = await startService([echo]);
    const client = connect(server.target, [
      async function* (_call, next) {
        for await (const response of next()) {
          yield response;
          await never;
        }
      },
    ]);
    await expect(collect(client.server({ text: '' }, { timeoutMs: 100 }))).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    client.$close();
  });
});

it.each(['unary', 'server'] as const)(
  'an interceptor of a client may abort the signal of its call: nothing is sent, kind %s',
  async (kind) => {
    await using server = await startService([echo]);
    const abort = new AbortController();
    const client = createClient(FourKinds, server.target, {
      interceptors: [
        (_call, next) => {
          abort.abort();
          return next();
        },
      ],
    });
    const { signal } = abort;
    const call = kind === 'unary' ? client.unary({}, { signal }) : collect(client.server({}, { signal }));
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    const other = createClient(FourKinds, server.target);
    await other.unary({});
    expect(server.logs.filter(({ method }) => method !== undefined)).toHaveLength(1);
    for (const { $close } of [client, other]) $close();
  },
);

describe('the listener for the end of a call', () => {
  it('on a client is told what the caller got, once', async () => {
    await using server = await startService([echo]);
    const { codes, watch } = createWatch();
    const told = async (inner: ClientInterceptor, call: (client: ReturnType<typeof connect>) => Promise<unknown>) => {
      const client = connect(inner);
      await call(client).catch(() => undefined);
      client.$close();
      return codes.splice(0);
    };
    const connect = (inner: ClientInterceptor) =>
      createClient(FourKinds, server.target, { interceptors: [watch, inner] });
    const cached: ClientInterceptor = () => from([{ text: 'cached' }]);
    expect(await told(cached, (client) => client.unary({}))).toEqual(['OK']);
    expect(await told(cached, (client) => collect(client.server({})))).toEqual(['OK']);
    const late: ClientInterceptor = async function* (_call, next) {
      yield* next();
      throw new StatusError('DATA_LOSS', 'after the end');
    };
    expect(await told(late, (client) => collect(client.server({ text: '' })))).toEqual(['DATA_LOSS']);
    const thrown: ClientInterceptor = (_call, next) =>
      next().tap(() => {
        throw new StatusError('DATA_LOSS', 'no');
      });
    expect(await told(thrown, (client) => collect(client.server({ text: '' })))).toHaveLength(1);
  });

  it('may throw: the call goes its way', async () => {
    const bad: Interceptor = (call, next) => {
      call.onEnd(() => {
        throw new Error('a bad listener');
      });
      return next();
    };
    await using server = await startService([echo], { interceptors: [bad] });
    const client = createClient(FourKinds, server.target, { interceptors: [bad] });
    const warned = gate<string>();
    process.once('warning', ({ message }) => warned.open(message));
    expect(await client.unary({ text: 'a' })).toEqual({ text: 'a' });
    expect(await collect(client.server({ text: 'a' }))).toHaveLength(2);
    expect(await warned).toBe('a bad listener');
    client.$close();
  });

  it('on a server is told also where it comes when the call is over', async () => {
    const { codes, watch } = createWatch();
    const entered = gate();
    const goOn = gate();
    const seen: string[] = [];
    const slow: ServerInterceptor = async (call, next) => {
      entered.open();
      await goOn;
      call.onEnd(({ code }) => seen.push(code));
      return next();
    };
    await using server = await startService([echo], { interceptors: [slow, watch] });
    const client = createClient(FourKinds, server.target);
    const abort = new AbortController();
    const call = client.unary({ text: '' }, { signal: abort.signal });
    await entered;
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    await until(() => server.logs.some(({ code }) => code === 'CANCELLED'));
    goOn.open();
    await until(() => seen.length === 1);
    expect(seen).toEqual(['CANCELLED']);
    expect(codes).toEqual([]); // no further interceptor runs for a call that is over
    client.$close();
  });
});

describe('an interceptor of a server', () => {
  it.each([
    ['client', 1],
    ['client', 2],
    ['bidi', 1],
    ['bidi', 2],
  ] as const)(
    'that goes through the requests never makes a cancel look like their end: %s, %i of them',
    async (kind, interceptors) => {
      const taken = gate();
      const goOn = gate();
      const ended = gate<string>();
      /** Is at work on a request when the call is cancelled, and asks for the next one later. */
      async function watch(notes: AsyncIterable<Note>): Promise<Note> {
        try {
          for await (const _ of notes) {
            taken.open();
            await goOn;
          }
          ended.open('finished');
        } catch (error) {
          ended.open((error as StatusError).code);
        }
        return { text: '' };
      }
      const service = createFourKinds({
        client: watch,
        async *bidi(notes) {
          yield await watch(notes);
        },
      });
      /** Also where it takes an error for an end. */
      const careless: ServerInterceptor = ({ requests }, next) => {
        async function* passOn(): AsyncGenerator<object> {
          try {
            yield* requests;
          } catch {
            return;
          }
        }
        return next(passOn());
      };
      await using server = await startService([service], {
        interceptors: Array<ServerInterceptor>(interceptors).fill(careless),
      });
      const client = createClient(FourKinds, server.target);
      const abort = new AbortController();
      const options = { signal: abort.signal };
      async function* endless(): AsyncGenerator<Note> {
        yield { text: 'a' };
        await never;
      }
      const call = kind === 'client' ? client.client(endless(), options) : collect(client.bidi(endless(), options));
      await taken;
      abort.abort();
      await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
      await until(() => server.logs.some(({ code }) => code === 'CANCELLED'));
      goOn.open();
      expect(await ended).toBe('CANCELLED');
      client.$close();
    },
  );

  it('that ends the responses aborts the signal of the handler', async () => {
    const aborted = gate<unknown>();
    const service = createFourKinds({
      async server(note, { write, signal }) {
        void write(note);
        void write({ text: 'bad' });
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        aborted.open(signal.reason);
      },
    });
    const check: ServerInterceptor = async function* (_call, next) {
      for await (const response of next()) {
        if ((response as Note).text === 'bad') throw new StatusError('DATA_LOSS', 'no');
        yield response;
      }
    };
    await using server = await startService([service], { interceptors: [check] });
    const client = createClient(FourKinds, server.target);
    await expect(collect(client.server({ text: '' }))).rejects.toMatchObject({ code: 'DATA_LOSS' });
    expect(await aborted).toMatchObject({ code: 'DATA_LOSS' });
    client.$close();
  });

  it('that refuses a request has refused the call, whatever the handler makes of it', async () => {
    const service = createFourKinds({
      async client(notes) {
        await collect(notes).catch(() => undefined);
        return { text: 'fine' };
      },
    });
    const refuse: ServerInterceptor = ({ requests }, next) =>
      next(
        requests.tap(() => {
          throw new StatusError('INVALID_ARGUMENT', 'no');
        }),
      );
    await using server = await startService([service], { interceptors: [refuse] });
    const client = createClient(FourKinds, server.target);
    await expect(client.client(from([{ text: '' }]))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    client.$close();
  });

  it('that forgets the responses lets nobody in', async () => {
    const forget = ((_call: unknown, next: () => unknown) => void next()) as unknown as ServerInterceptor;
    const deny: ServerInterceptor = () => {
      throw new StatusError('PERMISSION_DENIED', 'no');
    };
    await using server = await startService([echo], { interceptors: [forget, deny] });
    const client = createClient(FourKinds, server.target);
    await expect(collect(client.bidi(from([{ text: 'a' }])))).rejects.toMatchObject({ code: 'INTERNAL' });
    client.$close();
  });

  it('gives the handler an async context, also behind one that goes through the responses', async () => {
    const storage = new AsyncLocalStorage<string>();
    const service = createFourKinds({ unary: () => ({ text: storage.getStore() ?? 'none' }) });
    const goThrough: ServerInterceptor = async function* (_call, next) {
      yield* next();
    };
    const inside: ServerInterceptor = (call, next) => {
      call.within((run) => storage.run('inside', run));
      return next();
    };
    for (const interceptors of [[inside], [goThrough, inside], [inside, goThrough]]) {
      await using server = await startService([service], { interceptors });
      const client = createClient(FourKinds, server.target);
      expect(await client.unary({})).toEqual({ text: 'inside' });
      client.$close();
    }
  });

  it('that hangs does not keep a writer waiting when the call is over', async () => {
    const rejected = gate<unknown>();
    const service = createFourKinds({
      server: async (note, { write }) => {
        await Promise.resolve(write(note)).catch(rejected.open);
      },
    });
    // oxlint-disable-next-line require-yield -- it never gets so far
    const hang: ServerInterceptor = async function* (_call, next) {
      for await (const _ of next()) await never;
    };
    await using server = await startService([service], { interceptors: [hang] });
    const client = createClient(FourKinds, server.target);
    await expect(collect(client.server({ text: '' }, { timeoutMs: 100 }))).rejects.toBeInstanceOf(CallError);
    expect(await rejected).toBeInstanceOf(StatusError);
    client.$close();
  });
});

it('a token that no header can carry is refused without being shown', async () => {
  await using server = await startService([echo]);
  const client = createClient(FourKinds, server.target, { interceptors: [withToken('SECRET\nx')] });
  const failure: unknown = await client.unary({}).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(String(failure)).not.toContain('SECRET');
  client.$close();
});
