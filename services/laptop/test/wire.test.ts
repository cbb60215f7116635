import { createSecretKey } from 'node:crypto';
import {
  createClient,
  createRandom,
  Metadata,
  readServiceConfig,
  type ServiceConfig,
  withToken,
} from '@streamworks/common';
import { collect, createPlainClient, gate, signToken, startService, until } from '@streamworks/common/testing';
import { AuthService } from '@streamworks/proto/techschool/pcbook/auth_service';
import { LaptopService } from '@streamworks/proto/techschool/pcbook/laptop_service';
import type { Laptop } from '@streamworks/proto/techschool/pcbook/laptop_message';
import { startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCatalogueStore } from '../src/catalogue-store.js';
import { createServices } from '../src/handlers.js';
import { createLoginAttempts } from '../src/login-attempts.js';
import { migrations, type LaptopSchema } from '../src/migrations.js';
import { createPasswords } from '../src/passwords.js';
import { pickUuid } from '../src/pick.js';
import { toRandomLaptop } from '../src/random-laptop.js';
import { toRandomPng } from '../src/random-png.js';
import type { LaptopStore } from '../src/laptop-store.js';
import type { Rating } from '../src/rating-store.js';

const SECRET = 'an old pond, a frog jumps in, the sound of water';
const key = createSecretKey(SECRET, 'utf8');
const LIMIT = 1_048_576;
const random = createRandom(1);
const createLaptop = (): Laptop => toRandomLaptop(random, new Date(0));
const passwords = createPasswords();
const { auth } = readServiceConfig({ AUTH_JWT_SECRET: SECRET }, { service: 'laptop', port: 0 });
const proto = 'techschool/pcbook/laptop_service.proto';

let databases: TestDatabases;
let hash: string;
beforeAll(async () => {
  databases = await startDatabases('sqlite');
  hash = await passwords.hash('secret');
}, 30_000);
afterAll(() => databases[Symbol.asyncDispose]());

/** The service on an empty database; nobody is asked for a token unless the config says so. */
async function start(config: Partial<ServiceConfig> = {}) {
  const database = await databases.open<LaptopSchema>(migrations);
  const stores = await createCatalogueStore(database, { imageFolder: undefined });
  const groups: (readonly Rating[])[] = [];
  let lookups = 0;
  const laptops: LaptopStore = {
    ...stores.laptops,
    has(uuid) {
      lookups += 1;
      return stores.laptops.has(uuid);
    },
  };
  const ratings = {
    add(group: readonly Rating[]) {
      groups.push(group);
      return stores.ratings.add(group);
    },
  };
  for (const [name, role] of [
    ['ann', 'admin'],
    ['bob', 'user'],
  ] as const)
    await stores.users.add({ name, role, password: hash });
  const signing = { key, issuer: undefined, audience: undefined };
  const attempts = createLoginAttempts();
  const services = createServices({ ...stores, laptops, ratings, imageLimit: LIMIT, passwords, attempts, signing });
  const server = await startService(services, { config });
  const countImages = async () => (await database.query.selectFrom('image').select('uuid').execute()).length;
  return {
    server,
    groups,
    countImages,
    countLookups: () => lookups,
    client: createClient(LaptopService, server.target),
    async [Symbol.asyncDispose]() {
      await server.stop();
    },
  };
}

describe('our client', { timeout: 30_000 }, () => {
  it('creates laptops, and finds them by price', async () => {
    await using service = await start();
    const { client } = service;
    const laptops = Array.from({ length: 50 }, createLaptop);
    for (const laptop of laptops) expect(await client.createLaptop({ laptop })).toEqual({ id: laptop.id });
    const filter = {
      maxPriceUsd: 3000,
      minCpuCores: 4,
      minCpuGhz: 2.5,
      minRam: { value: 8n, unit: 'GIGABYTE' },
    } as const;
    const found = await collect(client.searchLaptop({ filter }));
    const expected = laptops
      .filter(({ priceUsd, cpu, ram }) => priceUsd <= 3000 && cpu!.minGhz >= 2.5 && ram!.value >= 8n)
      .toSorted((one, other) => one.priceUsd - other.priceUsd);
    expect(expected.length).toBeGreaterThan(3);
    expect(found).toEqual(expected.map((laptop) => ({ laptop })));
    client.$close();
  });

  it('sends an image of 1 048 576 bytes, and not of one more', async () => {
    await using service = await start();
    const { client, countImages } = service;
    const { id } = await client.createLaptop({ laptop: createLaptop() });
    const image = toRandomPng(random, { bytes: LIMIT });
    function* toRequests(bytes: Buffer) {
      yield { info: { laptopId: id, imageType: '.png' } };
      for (let at = 0; at < bytes.length; at += 1_024) yield { chunkData: bytes.subarray(at, at + 1_024) };
    }
    expect(await client.uploadImage(toRequests(image))).toMatchObject({ size: LIMIT });
    await expect(client.uploadImage(toRequests(Buffer.concat([image, Buffer.from('x')])))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      statusMessage: 'image is too large: 1048577 > 1048576',
      details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [{ field: 'chunk_data' }] } }],
    });
    expect(await countImages()).toBe(1);
    client.$close();
  });

  it('is told at once that an image is too large, while it still sends', async () => {
    await using service = await start();
    const { client } = service;
    const { id } = await client.createLaptop({ laptop: createLaptop() });
    let sent = 0;
    async function* endless() {
      yield { info: { laptopId: id, imageType: 'png' } };
      for (;;) {
        sent += 1;
        yield { chunkData: Buffer.alloc(65_536) };
      }
    }
    await expect(client.uploadImage(endless())).rejects.toMatchObject({
      statusMessage: 'image is too large: 1114112 > 1048576',
    });
    expect(sent).toBeLessThan(60); // 17, and what was under way
    client.$close();
  });

  it('leaves nothing of an upload that it breaks off, wherever it stands', async () => {
    await using service = await start();
    const { client, countImages, countLookups, server } = service;
    const { id } = await client.createLaptop({ laptop: createLaptop() });
    const image = toRandomPng(random);
    for (const taken of [1, 2, 3]) {
      const abort = new AbortController();
      async function* toRequests() {
        const requests = [
          { info: { laptopId: id, imageType: 'png' } },
          { chunkData: image.subarray(0, 100) },
          { chunkData: image.subarray(100) },
        ];
        yield* requests.slice(0, taken);
        await until(() => countLookups() === taken); // the handler is at work
        abort.abort();
        await gate(); // the stream is never ended
      }
      await expect(client.uploadImage(toRequests(), { signal: abort.signal })).rejects.toMatchObject({
        code: 'CANCELLED',
      });
    }
    await until(
      () =>
        server.logs.filter(({ method, code }) => String(method).endsWith('UploadImage') && code === 'CANCELLED')
          .length === 3,
    );
    expect(await countImages()).toBe(0);
    client.$close();
  });

  it('has a thousand ratings stored in groups, with an answer for each in order', async () => {
    await using service = await start();
    const { client, groups } = service;
    const ids: string[] = [];
    for (let made = 0; made < 3; made += 1) ids.push((await client.createLaptop({ laptop: createLaptop() })).id);
    const requests = Array.from({ length: 1_000 }, (_, index) => ({
      laptopId: ids[index % 3]!,
      score: (index % 10) + 1,
    }));
    const responses = await collect(client.rateLaptop(requests));
    const sums = new Map<string, number[]>();
    const expected = requests.map(({ laptopId, score }) => {
      const [count = 0, sum = 0] = sums.get(laptopId) ?? [];
      sums.set(laptopId, [count + 1, sum + score]);
      return { laptopId, ratedCount: count + 1, averageScore: (sum + score) / (count + 1) };
    });
    expect(responses).toEqual(expected);
    expect(groups.flat()).toHaveLength(1_000);
    expect(1_000 / groups.length).toBeGreaterThanOrEqual(20);
    client.$close();
  });

  it('gets each answer before it sends the next rating', async () => {
    await using service = await start();
    const { client } = service;
    const { id } = await client.createLaptop({ laptop: createLaptop() });
    let answered = gate<number>();
    async function* oneByOne() {
      for (const score of [1, 2, 3]) {
        answered = gate();
        yield { laptopId: id, score };
        expect(await answered).toBe((score + 1) / 2);
      }
    }
    for await (const { averageScore } of client.rateLaptop(oneByOne())) answered.open(averageScore);
    client.$close();
  });
});

describe('the roles', { timeout: 60_000 }, () => {
  const calls: Readonly<Record<string, object>> = {
    CreateLaptop: { laptop: createLaptop() },
    UploadImage: {},
    RateLaptop: {},
    SearchLaptop: {},
  };
  const sign = (role: string, exp = Math.floor(Date.now() / 1_000) + 60) => signToken(key, { sub: 'x', role, exp });

  async function callAll(target: string, authorization: string | undefined): Promise<Record<string, string>> {
    await using plain = createPlainClient(proto, 'techschool.pcbook.LaptopService', target);
    const metadata = new Metadata();
    if (authorization !== undefined) metadata.set('authorization', authorization);
    const entries = Object.entries(calls).map(async ([name, request]) => {
      const requests = name === 'UploadImage' || name === 'RateLaptop' ? [] : [request];
      return [name, (await plain.call(name, requests, metadata)).code] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }
  // An upload without a message is refused by its handler: whoever gets that has been let in.
  const may = { CreateLaptop: 'OK', UploadImage: 'INVALID_ARGUMENT', RateLaptop: 'OK', SearchLaptop: 'OK' };
  const unknown = {
    CreateLaptop: 'UNAUTHENTICATED',
    UploadImage: 'UNAUTHENTICATED',
    RateLaptop: 'UNAUTHENTICATED',
    SearchLaptop: 'OK',
  };

  it('let an admin do everything, a user rate, and everybody search', async () => {
    await using service = await start({ auth });
    const { target } = service.server;
    expect(await callAll(target, undefined)).toEqual(unknown);
    expect(await callAll(target, `Bearer ${await sign('user')}`)).toEqual({
      ...may,
      CreateLaptop: 'PERMISSION_DENIED',
      UploadImage: 'PERMISSION_DENIED',
    });
    expect(await callAll(target, await sign('guest'))).toMatchObject({ RateLaptop: 'PERMISSION_DENIED' });
    expect(await callAll(target, await sign('admin'))).toEqual(may);
  });

  it.each([
    ['garbage', () => 'garbage'],
    ['nothing', () => ''],
    ['another key', () => signToken(createSecretKey(`${SECRET}!`, 'utf8'), { sub: 'x', role: 'admin' })],
    ['a time that is over', () => sign('admin', 1)],
  ])('let nobody in with a token of %s, not where tokens are optional either', async (_case, toToken) => {
    for (const optional of [false, true]) {
      await using service = await start({ auth: { ...auth!, optional } });
      expect(await callAll(service.server.target, await toToken())).toEqual(unknown);
    }
  });

  it('are everybody’s where tokens are optional, and those of a token where there is one', async () => {
    await using service = await start({ auth: { ...auth!, optional: true } });
    const { target } = service.server;
    expect(await callAll(target, undefined)).toEqual(may);
    expect(await callAll(target, await sign('user'))).toMatchObject({ CreateLaptop: 'PERMISSION_DENIED' });
  });

  it('refuse before a message is read', async () => {
    await using service = await start({ auth });
    const stranger = createClient(LaptopService, service.server.target);
    async function* never() {
      yield { laptopId: pickUuid(random), score: 1 };
      await gate();
    }
    await expect(collect(stranger.rateLaptop(never()))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await until(() => service.server.logs.some(({ code }) => code === 'UNAUTHENTICATED'));
    expect(service.server.logs.find(({ code }) => code === 'UNAUTHENTICATED')).toMatchObject({ received: 0 });
    expect(service.groups).toEqual([]);
    stranger.$close();
  });

  it('come with a login, which needs no token, as does health', async () => {
    await using service = await start({ auth });
    const { target } = service.server;
    const login = createClient(AuthService, target);
    const { accessToken } = await login.login({ username: 'ann', password: 'secret' });
    const admin = createClient(LaptopService, target, { interceptors: [withToken(accessToken)] });
    expect(await admin.createLaptop({ laptop: createLaptop() })).toHaveProperty('id');
    await expect(login.login({ username: 'ann', password: 'x' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await using health = createPlainClient('grpc/health/v1/health.proto', 'grpc.health.v1.Health', target);
    for (const name of ['techschool.pcbook.LaptopService', 'techschool.pcbook.AuthService']) {
      expect(await health.call('Check', [{ service: name }])).toMatchObject({ responses: [{ status: 'SERVING' }] });
    }
    expect(JSON.stringify(service.server.logs)).not.toContain('secret');
    expect(JSON.stringify(service.server.logs)).not.toContain(accessToken);
    login.$close();
    admin.$close();
  });
});
