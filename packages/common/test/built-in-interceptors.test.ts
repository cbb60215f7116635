import { randomBytes, createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createClient,
  defineService,
  invalidArgument,
  Metadata,
  readBytes,
  readServiceConfig,
  readText,
  validate,
  withToken,
  type CallError,
  type Service,
  type User,
} from '../src/index.js';
import { collect, from, gate, signToken, startService, until } from '../src/testing/index.js';
import { Health } from '@streamworks/proto/grpc/health/v1/health';
import { ServerReflection } from '@streamworks/proto/grpc/reflection/v1/reflection';
import { FourKinds, kinds, type Kind, type Note } from './support/four-kinds.js';
import { createFourKinds } from './support/pairs.js';

const SECRET = 'an old pond, a frog jumps in, the sound of water';
const key = createSecretKey(Buffer.from(SECRET));

/** Starts a server with settings from an environment, as a process would read them. */
async function start(service: Service, environment: Record<string, string>) {
  const { auth, rateLimit, maxStreamAge } = readServiceConfig(environment, { service: 'test', port: 0 });
  return startService([service], { config: { auth, rateLimit, maxStreamAge, reflection: true } });
}

const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** Counts what reaches a handler, and takes the user of each call. */
function createWatched(roles: Parameters<typeof defineService<typeof FourKinds>>[2] = {}) {
  const users: (User | undefined)[] = [];
  const service = defineService(
    FourKinds,
    {
      unary(note, { user }) {
        users.push(user);
        return note;
      },
      async *server(note, { user }) {
        users.push(user);
        yield note;
      },
      async client(notes, { user }) {
        users.push(user);
        return (await collect(notes))[0] ?? { text: '' };
      },
      async *bidi(notes, { user }) {
        users.push(user);
        yield* notes;
      },
    },
    roles,
  );
  return { service, users };
}

function call(target: string, kind: Kind, token?: string): Promise<unknown> {
  const client = createClient(FourKinds, target, token === undefined ? {} : { interceptors: [withToken(token)] });
  const note = { text: 'a' };
  const result = {
    unary: () => client.unary(note),
    server: () => collect(client.server(note)),
    client: () => client.client(from([note])),
    bidi: () => collect(client.bidi(from([note]))),
  }[kind]();
  return result.finally(() => client.$close());
}

describe.each(kinds)('authentication: %s', (kind) => {
  it('lets a caller with a token in, and puts its user on the context and into the log', async () => {
    const { service, users } = createWatched();
    await using server = await start(service, { AUTH_JWT_SECRET: SECRET });
    const token = await signToken(key, { sub: 'ann', role: 'admin', exp: secondsFromNow(60) });
    await call(server.target, kind, token);
    expect(users).toEqual([expect.objectContaining({ id: 'ann', roles: ['admin'] })]);
    await until(() => server.logs.some(({ msg }) => msg === 'call'));
    expect(server.logs.find(({ msg }) => msg === 'call')).toMatchObject({ user: 'ann', code: 'OK' });
    expect(JSON.stringify(server.logs)).not.toContain(token);
  });

  it('refuses a caller without a token or with a bad one: no handler runs, no message is read, nothing is logged of it', async () => {
    const { service, users } = createWatched();
    await using server = await start(service, { AUTH_JWT_SECRET: SECRET });
    const good = await signToken(key, { sub: 'ann', exp: secondsFromNow(60) });
    const bad = [
      undefined,
      'garbage',
      good.slice(0, -5),
      await signToken(createSecretKey(randomBytes(32)), { sub: 'ann' }),
      await signToken(key, { sub: 'ann', exp: secondsFromNow(-1) }),
      await signToken(key, { sub: 'ann', nbf: secondsFromNow(60) }),
    ];
    for (const token of bad)
      await expect(call(server.target, kind, token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(users).toEqual([]);
    await until(() => server.logs.filter(({ msg }) => msg === 'call').length === bad.length);
    for (const line of server.logs.filter(({ msg }) => msg === 'call'))
      expect(line).toMatchObject({ code: 'UNAUTHENTICATED', received: 0, sent: 0 });
    for (const token of bad) if (token !== undefined) expect(JSON.stringify(server.logs)).not.toContain(token);
  });

  it('asks for one of the roles of the method', async () => {
    const { service, users } = createWatched({ roles: { [kind]: ['admin', 'editor'] } });
    await using server = await start(service, { AUTH_JWT_SECRET: SECRET });
    const user = await signToken(key, { sub: 'ben', roles: ['user'] });
    const editor = await signToken(key, { sub: 'ann', roles: ['user', 'editor'] });
    await expect(call(server.target, kind, user)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      statusMessage: expect.stringContaining('needs one of the roles admin, editor'),
    });
    expect(users).toEqual([]);
    await call(server.target, kind, editor);
    expect(users).toHaveLength(1);
  });

  it('asks nobody where the method is open', async () => {
    const { service, users } = createWatched({ roles: { [kind]: 'open' } });
    await using server = await start(service, { AUTH_JWT_SECRET: SECRET });
    await call(server.target, kind);
    expect(users).toEqual([undefined]);
  });
});

describe('authentication', () => {
  it('lets a call without a token do everything where tokens are optional, and refuses a bad one', async () => {
    const { service, users } = createWatched({ roles: { unary: ['admin'] } });
    const { auth } = readServiceConfig({ AUTH_JWT_SECRET: SECRET }, { service: 'test', port: 0 });
    await using server = await startService([service], { config: { auth: auth && { ...auth, optional: true } } });
    await call(server.target, 'unary');
    expect(users).toEqual([undefined]);
    await expect(call(server.target, 'unary', 'garbage')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const user = await signToken(key, { sub: 'ben', role: 'user' });
    await expect(call(server.target, 'unary', user)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    const metadata = new Metadata();
    metadata.set('authorization', '');
    const client = createClient(FourKinds, server.target);
    await expect(client.unary({ text: '' }, { metadata })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    client.$close();
    expect(users).toHaveLength(1);
  });

  it('leaves health and reflection open', async () => {
    const { service } = createWatched();
    await using server = await start(service, { AUTH_JWT_SECRET: SECRET });
    const health = createClient(Health, server.target);
    expect(await health.check({})).toMatchObject({ status: 'SERVING' });
    const reflection = createClient(ServerReflection, server.target);
    const [services] = await collect(reflection.serverReflectionInfo(from([{ listServices: '' }])));
    expect(services?.listServicesResponse?.service).toContainEqual({ name: 'test.FourKinds' });
    health.$close();
    reflection.$close();
  });

  it('takes a token as it is, and after Bearer', async () => {
    const { service, users } = createWatched();
    await using server = await start(service, { AUTH_JWT_SECRET: SECRET });
    const client = createClient(FourKinds, server.target);
    const token = await signToken(key, { username: 'ann' });
    for (const value of [token, `Bearer ${token}`, `bearer ${token}`]) {
      const metadata = new Metadata();
      metadata.set('authorization', value);
      await client.unary({ text: '' }, { metadata });
    }
    expect(users.map((user) => user?.id)).toEqual(['ann', 'ann', 'ann']);
    client.$close();
  });

  it.each(['end', 'keep'])(
    'with AUTH_EXPIRED_STREAMS=%s treats open streams so when their token expires',
    async (mode) => {
      const reasons: unknown[] = [];
      const exp = secondsFromNow(2);
      const service = createFourKinds({
        async *server(note, { signal }) {
          yield note;
          // Beyond the moment at which the timer of the other mode has fired.
          await until(() => signal.aborted || Date.now() > exp * 1_000 + 500);
          reasons.push(signal.reason);
          yield note;
        },
      });
      await using server = await start(service, { AUTH_JWT_SECRET: SECRET, AUTH_EXPIRED_STREAMS: mode });
      const token = await signToken(key, { sub: 'ann', exp });
      const client = createClient(FourKinds, server.target, { interceptors: [withToken(token)] });
      const responses = collect(client.server({ text: 'a' }));
      if (mode === 'keep') expect(await responses).toHaveLength(2);
      else
        await expect(responses).rejects.toMatchObject({
          code: 'UNAUTHENTICATED',
          statusMessage: 'the token has expired',
        });
      await until(() => reasons.length === 1);
      expect(reasons[0]).toEqual(mode === 'keep' ? undefined : expect.objectContaining({ code: 'UNAUTHENTICATED' }));
      client.$close();
    },
  );
});

describe('a client with a token', () => {
  it('asks for it anew for each call where it is given a function', async () => {
    const { service, users } = createWatched();
    await using server = await start(service, { AUTH_JWT_SECRET: SECRET });
    let calls = 0;
    const getToken = (): Promise<string> => signToken(key, { sub: `user ${(calls += 1)}` });
    const client = createClient(FourKinds, server.target, { interceptors: [withToken(getToken)] });
    await client.unary({ text: '' });
    await collect(client.bidi(from([{ text: '' }])));
    expect(users.map((user) => user?.id)).toEqual(['user 1', 'user 2']);
    client.$close();
  });
});

describe('the rate limit', () => {
  it('refuses calls over it with the time to wait, and lets health through', async () => {
    const { service } = createWatched();
    await using server = await start(service, { RATE_LIMIT: '1', RATE_BURST: '3' });
    const client = createClient(FourKinds, server.target);
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => client.unary({ text: '' })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const refused = results.find((result) => result.status === 'rejected')?.reason as CallError;
    expect(refused).toMatchObject({ code: 'RESOURCE_EXHAUSTED', details: [{ type: 'google.rpc.RetryInfo' }] });
    const value = refused.details[0]?.value as { retryDelay: { seconds: bigint; nanos: number } } | undefined;
    const waitMs = Number(value?.retryDelay.seconds) * 1_000 + Number(value?.retryDelay.nanos) / 1_000_000;
    expect(waitMs).toBeGreaterThan(500);
    expect(waitMs).toBeLessThanOrEqual(1_000);
    const health = createClient(Health, server.target);
    for (let checks = 0; checks < 5; checks += 1) await health.check({});
    health.$close();
    client.$close();
  });

  it('counts each user apart', async () => {
    const { service } = createWatched();
    await using server = await start(service, { RATE_LIMIT: '1', AUTH_JWT_SECRET: SECRET });
    const [ann, ben] = await Promise.all(['ann', 'ben'].map((sub) => signToken(key, { sub })));
    await call(server.target, 'unary', ann);
    await call(server.target, 'unary', ben);
    await expect(call(server.target, 'unary', ann)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
  });
});

describe('the greatest age of a stream', () => {
  it('ends streams with UNAVAILABLE, and leaves unary calls alone', async () => {
    const goOn = gate();
    const service = createFourKinds({
      unary: async (note) => {
        await goOn;
        return note;
      },
      server: (_note, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    });
    await using server = await start(service, { MAX_STREAM_AGE: '50ms' });
    const older = call(server.target, 'unary');
    await expect(call(server.target, 'server')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    goOn.open();
    await older;
  });
});

describe('validation', () => {
  const checkText = ({ text }: Note): void => {
    if (text === '') throw invalidArgument('text', 'is empty');
  };
  const checks = validate(FourKinds, { unary: checkText, bidi: checkText });

  it('refuses a bad request, and handles those of a stream before it', async () => {
    const { service, users } = createWatched();
    await using server = await startService([service], { interceptors: [checks] });
    const client = createClient(FourKinds, server.target);
    await expect(client.unary({ text: '' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: [{ type: 'google.rpc.BadRequest' }],
    });
    expect(users).toEqual([]);
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { text } of client.bidi(from([{ text: 'a' }, { text: 'b' }, { text: '' }]))) seen.push(text);
    };
    await expect(read()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', statusMessage: 'text: is empty' });
    expect(seen).toEqual(['a', 'b']);
    expect(await collect(client.server({ text: '' }))).toHaveLength(1);
    client.$close();
  });

  it('on a client keeps a bad request from being sent', async () => {
    const { service, users } = createWatched();
    await using server = await startService([service]);
    const client = createClient(FourKinds, server.target, { interceptors: [checks] });
    await expect(client.unary({ text: '' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(users).toEqual([]);
    client.$close();
  });
});

describe('metadata', () => {
  it('goes both ways, text and bytes: the header at once where the handler says so, the trailer with the status', async () => {
    const goOn = gate();
    const service = createFourKinds({
      async *server(note, { metadata, responseHeader, responseTrailer, sendHeader }) {
        responseHeader.set('first', readText(metadata, 'first') ?? '');
        responseHeader.set('bytes-bin', readBytes(metadata, 'bytes-bin') ?? Buffer.of());
        sendHeader();
        await goOn;
        responseTrailer.set('last-bin', Buffer.of(1, 0, 255));
        yield note;
      },
    });
    await using server = await startService([service]);
    const client = createClient(FourKinds, server.target);
    const metadata = new Metadata();
    metadata.set('first', 'text');
    metadata.set('bytes-bin', Buffer.of(0, 254));
    const header = gate<Metadata>();
    const trailer = gate<Metadata>();
    const responses = client.server({ text: '' }, { metadata, onHeader: header.open, onTrailer: trailer.open });
    const early = await header; // the handler still waits: no response has been sent
    goOn.open();
    expect(await collect(responses)).toHaveLength(1);
    expect(readText(early, 'first')).toBe('text');
    expect(readBytes(early, 'bytes-bin')).toEqual(Buffer.of(0, 254));
    expect(readBytes(await trailer, 'last-bin')).toEqual(Buffer.of(1, 0, 255));
    expect(readText(await trailer, 'none')).toBeUndefined();
    client.$close();
  });
});
