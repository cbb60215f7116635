import { createLogger, createRandom, StatusError } from '@streamworks/common';
import { createTestContext, from, type TestContext } from '@streamworks/common/testing';
import { LaptopCodec, type Laptop } from '@streamworks/proto/techschool/pcbook/laptop_message';
import type {
  RateLaptopRequest,
  RateLaptopResponse,
  SearchLaptopResponse,
  UploadImageRequest,
} from '@streamworks/proto/techschool/pcbook/laptop_service';
import { startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCatalogueStore } from './catalogue-store.js';
import { createCreateLaptop } from './handlers/create-laptop.js';
import { createRateLaptop } from './handlers/rate-laptop.js';
import { createSearchLaptop } from './handlers/search-laptop.js';
import { createUploadImage } from './handlers/upload-image.js';
import { migrations, type LaptopSchema } from './migrations.js';
import { pickUuid } from './pick.js';
import { toRandomLaptop } from './random-laptop.js';
import { toRandomPng } from './random-png.js';
import type { RatingStore } from './rating-store.js';

const random = createRandom(1);
const createLaptop = (): Laptop => toRandomLaptop(random, new Date(0));
const png = toRandomPng(random);
const LIMIT = 10_000;

let databases: TestDatabases;
beforeAll(async () => {
  databases = await startDatabases('sqlite');
});
afterAll(() => databases[Symbol.asyncDispose]());

/** The handlers on empty stores. */
async function create() {
  const database = await databases.open<LaptopSchema>(migrations);
  const stores = await createCatalogueStore(database, { imageFolder: undefined });
  const add = createCreateLaptop(stores.laptops);
  return {
    ...stores,
    database,
    createLaptop: (laptop: Laptop | null) => add({ laptop }, createTestContext()),
    search: createSearchLaptop(stores.laptops),
    upload: createUploadImage({ ...stores, imageLimit: LIMIT }),
    rate: createRateLaptop(stores.ratings),
  };
}
type Setup = Awaited<ReturnType<typeof create>>;

const badField = (field: string, description: unknown = expect.any(String)) => ({
  code: 'INVALID_ARGUMENT',
  details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [{ field, description }] } }],
});

describe('createLaptop', () => {
  it('keeps the id that was sent, in whatever form', async () => {
    const setup = await create();
    const uuid = pickUuid(random);
    const forms = [`{${pickUuid(random)}}`, `URN:UUID:${pickUuid(random)}`, pickUuid(random).replaceAll('-', '')];
    for (const id of [...forms, uuid, 'F47AC10B-58CC-1372-0567-0E02B2C3D479']) {
      expect(await setup.createLaptop({ ...createLaptop(), id })).toEqual({ id });
    }
  });

  it('gives a laptop without one a new UUID', async () => {
    const setup = await create();
    const ids = [1, 2].map(async () => (await setup.createLaptop({ ...createLaptop(), id: '' })).id);
    const [one, other] = await Promise.all(ids);
    for (const id of [one, other]) expect(await setup.laptops.has(String(id))).toBe(true);
    expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(one).not.toBe(other);
  });

  it('refuses a UUID that there is, in whatever form', async () => {
    const setup = await create();
    const laptop = createLaptop();
    await setup.createLaptop(laptop);
    for (const id of [laptop.id, laptop.id.toUpperCase(), `{${laptop.id}}`]) {
      await expect(setup.createLaptop({ ...laptop, id })).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
        message: `laptop.id: there is a laptop ${id} already`,
      });
    }
  });

  it('refuses a request without a laptop', async () => {
    const setup = await create();
    await expect(setup.createLaptop(null)).rejects.toMatchObject(badField('laptop', 'is missing'));
  });

  it.each(['x', '0', ' ', 'urn:uuid:', 'x'.repeat(128)])('refuses %j for an id', async (id) => {
    const setup = await create();
    const refusal = badField('laptop.id', `${JSON.stringify(id)} is no UUID`);
    await expect(setup.createLaptop({ ...createLaptop(), id })).rejects.toMatchObject(refusal);
  });

  it.each([
    ['laptop.id', { id: 'x'.repeat(129) }],
    ['laptop.brand', { brand: 'a\0' }],
    ['laptop.name', { name: 'x'.repeat(129) }],
    ['laptop.price_usd', { priceUsd: Number.NaN }],
    ['laptop.weight_lb', { weightLb: Infinity }],
  ])('refuses a bad %s', async (field, change) => {
    const setup = await create();
    await expect(setup.createLaptop({ ...createLaptop(), ...change })).rejects.toMatchObject(badField(field));
  });

  it('takes a laptop of 64 KiB, and none of a byte more', async () => {
    const setup = await create();
    const base = createLaptop();
    const fill = (gpus: number, name: string): Laptop => ({
      ...base,
      gpus: Array.from({ length: gpus }, () => ({
        brand: 'x'.repeat(100),
        name: '',
        minGhz: 0,
        maxGhz: 0,
        memory: null,
      })),
      name,
    });
    let gpus = 0;
    while (LaptopCodec.encode(fill(gpus + 1, '')).length <= 65_536) gpus += 1;
    const missing = 65_536 - LaptopCodec.encode(fill(gpus, '')).length;
    const name = 'n'.repeat(missing);
    const longest = fill(gpus, name);
    const bytes = LaptopCodec.encode(longest).length;
    expect(bytes).toBe(65_536);
    expect(await setup.createLaptop(longest)).toEqual({ id: longest.id });
    const refusal = badField('laptop', 'has 65537 bytes, and may have 65536');
    await expect(setup.createLaptop({ ...longest, id: pickUuid(random), name: `${name}n` })).rejects.toMatchObject(
      refusal,
    );
    const part = { brand: '', name: '', minGhz: 0, maxGhz: 0, memory: null };
    const many = { ...longest, id: pickUuid(random), gpus: Array.from({ length: 40_000 }, () => part) };
    await expect(setup.createLaptop(many)).rejects.toMatchObject(
      badField('laptop.gpus', 'has 40000 entries: a laptop may have 65536 bytes'),
    );
  });
});

describe('searchLaptop', () => {
  const search = async ({ search: handler }: Setup, filter: Parameters<Setup['search']>[0]['filter']) => {
    const context = createTestContext<SearchLaptopResponse>();
    await handler({ filter }, context);
    return context.written;
  };

  it('gives those that meet the filter, the cheapest first', async () => {
    const setup = await create();
    const laptops = [3_000, 1_000, 3_000.01].map((priceUsd) => ({ ...createLaptop(), priceUsd }));
    for (const laptop of laptops) await setup.createLaptop(laptop);
    const filter = { maxPriceUsd: 3_000, minCpuCores: 0, minCpuGhz: 0, minRam: null };
    expect(await search(setup, filter)).toEqual([{ laptop: laptops[1] }, { laptop: laptops[0] }]);
  });

  it('takes an empty filter for a price of 0 at most', async () => {
    const setup = await create();
    const free = { ...createLaptop(), priceUsd: 0 };
    for (const laptop of [free, { ...createLaptop(), priceUsd: 0.01 }]) await setup.createLaptop(laptop);
    const empty = { maxPriceUsd: 0, minCpuCores: 0, minCpuGhz: 0, minRam: null };
    for (const filter of [null, empty]) expect(await search(setup, filter)).toEqual([{ laptop: free }]);
  });

  it('gives nothing where nothing can meet a bound, and all where everything does', async () => {
    const setup = await create();
    await setup.createLaptop(createLaptop());
    const filter = { maxPriceUsd: Infinity, minCpuCores: 0, minCpuGhz: -Infinity, minRam: null };
    expect(await search(setup, filter)).toHaveLength(1);
    expect(await search(setup, { ...filter, minCpuGhz: Infinity })).toEqual([]);
    expect(await search(setup, { ...filter, maxPriceUsd: -Infinity })).toEqual([]);
  });

  it.each([
    ['max_price_usd', { maxPriceUsd: Number.NaN }],
    ['min_cpu_ghz', { minCpuGhz: Number.NaN }],
  ])('refuses NaN for %s', async (field, change) => {
    const setup = await create();
    const filter = { maxPriceUsd: 0, minCpuCores: 0, minCpuGhz: 0, minRam: null, ...change };
    await expect(search(setup, filter)).rejects.toMatchObject(badField(`filter.${field}`));
  });

  it('waits for a reader that is slow', async () => {
    const setup = await create();
    for (let count = 0; count < 3; count += 1) await setup.createLaptop({ ...createLaptop(), priceUsd: 0 });
    const context = createTestContext<SearchLaptopResponse>({
      write: () => Promise.reject(new StatusError('CANCELLED', 'the reader has left')),
    });
    await expect(setup.search({ filter: null }, context)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('uploadImage', () => {
  const info = (laptopId: string, imageType = 'png'): UploadImageRequest => ({
    data: 'info',
    info: { laptopId, imageType },
  });
  const chunk = (bytes: Uint8Array): UploadImageRequest => ({ data: 'chunkData', chunkData: Buffer.from(bytes) });
  const cut = (bytes: Buffer, size: number) =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      chunk(bytes.subarray(at * size, (at + 1) * size)),
    );
  const upload = async (
    { upload: handler }: Setup,
    requests: Iterable<UploadImageRequest>,
    context = createTestContext(),
  ) => handler(from(requests), context);
  const list = ({ database }: Setup) => database.query.selectFrom('image').selectAll().execute();
  const createWithLaptop = async () => {
    const setup = await create();
    const laptop = createLaptop();
    await setup.createLaptop(laptop);
    return { setup, id: laptop.id };
  };

  it('stores an image that comes in chunks of any size', async () => {
    const { setup, id } = await createWithLaptop();
    for (const size of [1, 7, png.length - 1, png.length]) {
      const { id: image, size: stored } = await upload(setup, [info(id), ...cut(png, size), chunk(Buffer.alloc(0))]);
      expect(stored).toBe(png.length);
      const row = (await list(setup)).find(({ uuid }) => uuid === image);
      expect(Buffer.from(row!.bytes)).toEqual(png);
      expect(row).toMatchObject({ laptop: id, type: 'png' });
    }
  });

  it('finds the laptop by its UUID in any form, and takes a type in any case', async () => {
    const { setup, id } = await createWithLaptop();
    for (const [form, type] of [
      [`{${id}}`, '.PNG'],
      [id.toUpperCase(), 'Png'],
      [id.replaceAll('-', ''), '.png'],
    ] as const) {
      expect(await upload(setup, [info(form, type), chunk(png)])).toMatchObject({ size: png.length });
    }
    expect((await list(setup)).map(({ laptop }) => laptop)).toEqual([id, id, id]);
  });

  it('takes an image of the limit, and none of a byte more', async () => {
    const { setup, id } = await createWithLaptop();
    const largest = toRandomPng(random, { bytes: LIMIT });
    expect(await upload(setup, [info(id), ...cut(largest, 999)])).toMatchObject({ size: LIMIT });
    const taken: number[] = [];
    function* endless() {
      yield info(id);
      for (let at = 0; ; at += 1) {
        taken.push(at);
        yield chunk(Buffer.alloc(1_001));
      }
    }
    await expect(upload(setup, endless())).rejects.toMatchObject({
      ...badField('chunk_data', 'image is too large: 10010 > 10000'),
      message: 'image is too large: 10010 > 10000',
    });
    expect(taken).toHaveLength(10);
    await expect(upload(setup, [info(id), chunk(largest), chunk(Buffer.from('x'))])).rejects.toMatchObject({
      message: 'image is too large: 10001 > 10000',
    });
    expect(await list(setup)).toHaveLength(1);
  });

  it.each<[string, (id: string) => UploadImageRequest[], string]>([
    ['an empty stream', () => [], 'data'],
    ['a first message that is no info', () => [chunk(png)], 'data'],
    ['a first message that is nothing', () => [{}], 'data'],
    ['a second info', (id) => [info(id), chunk(png), info(id)], 'data'],
    ['a message that is nothing', (id) => [info(id), chunk(png), {}], 'data'],
    ['no data', (id) => [info(id)], 'chunk_data'],
    ['empty data', (id) => [info(id), chunk(Buffer.alloc(0))], 'chunk_data'],
    ['an unknown laptop', () => [info(pickUuid(random)), chunk(png)], 'info.laptop_id'],
    ['no laptop', () => [info(''), chunk(png)], 'info.laptop_id'],
    ['an id that is no UUID', () => [info('../../etc/passwd'), chunk(png)], 'info.laptop_id'],
    ['an id with U+0000', (id) => [info(`${id}\0`), chunk(png)], 'info.laptop_id'],
    ['a long id', () => [info('x'.repeat(10_000)), chunk(png)], 'info.laptop_id'],
    ['no type', (id) => [info(id, ''), chunk(png)], 'info.image_type'],
    ['a path for a type', (id) => [info(id, '../../etc/passwd'), chunk(png)], 'info.image_type'],
    ['a type with U+0000', (id) => [info(id, '.png\0'), chunk(png)], 'info.image_type'],
    ['a long type', (id) => [info(id, 'p'.repeat(10_000)), chunk(png)], 'info.image_type'],
    ['another type than the data has', (id) => [info(id, 'jpg'), chunk(png)], 'info.image_type'],
    ['data that is no image', (id) => [info(id), chunk(Buffer.from('#!/bin/sh\n'))], 'info.image_type'],
  ])('refuses %s, and stores nothing', async (_case, toRequests, field) => {
    const { setup, id } = await createWithLaptop();
    await expect(upload(setup, toRequests(id))).rejects.toMatchObject(badField(field));
    expect(await list(setup)).toEqual([]);
  });

  it('shows little of a hostile name', async () => {
    const { setup, id } = await createWithLaptop();
    for (const request of [info(id, 'x'.repeat(100_000)), info('x'.repeat(100_000))]) {
      const error = await upload(setup, [request]).then(
        () => undefined,
        (thrown: unknown) => thrown as Error,
      );
      expect(error!.message.length).toBeLessThan(200);
    }
  });

  it('refuses an unknown laptop before it reads on', async () => {
    const { setup } = await createWithLaptop();
    function* requests() {
      yield info(pickUuid(random));
      throw new Error('was read on');
    }
    await expect(upload(setup, requests())).rejects.toMatchObject(badField('info.laptop_id'));
  });

  it('stores nothing where the stream breaks off, or the call has ended meanwhile', async () => {
    const { setup, id } = await createWithLaptop();
    const reason = new StatusError('CANCELLED', 'the call was cancelled');
    function* broken() {
      yield* [info(id), chunk(png)];
      throw reason;
    }
    await expect(upload(setup, broken())).rejects.toBe(reason);
    const context = createTestContext();
    function* cancelled() {
      yield* [info(id), chunk(png)];
      context.cancel(reason);
    }
    await expect(upload(setup, cancelled(), context)).rejects.toBe(reason);
    expect(await list(setup)).toEqual([]);
  });

  it('says that the folder is full', async () => {
    const { setup, id } = await createWithLaptop();
    const save = () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    const handler = createUploadImage({ ...setup, images: { save }, imageLimit: LIMIT });
    await expect(handler(from([info(id), chunk(png)]), createTestContext())).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      message: 'there is no space left for images',
    });
  });
});

describe('rateLaptop', () => {
  const rate = async (
    { rate: handler }: Pick<Setup, 'rate'>,
    requests: Iterable<RateLaptopRequest>,
    context: TestContext<RateLaptopResponse> = createTestContext<RateLaptopResponse>(),
  ) => {
    await handler(from(requests), context);
    return context.written;
  };
  const createWithLaptops = async () => {
    const setup = await create();
    const laptops = [createLaptop(), createLaptop()];
    for (const laptop of laptops) await setup.createLaptop(laptop);
    return { setup, ids: laptops.map(({ id }) => id) as [string, string] };
  };

  it('answers each rating in order, with the id as it was sent', async () => {
    const { setup, ids } = await createWithLaptops();
    const [one, other] = ids;
    const forms = [one, other, `{${one.toUpperCase()}}`, one.replaceAll('-', '')];
    const replies = await rate(
      setup,
      forms.map((laptopId, index) => ({ laptopId, score: index })),
    );
    expect(replies).toEqual([
      { laptopId: forms[0], ratedCount: 1, averageScore: 0 },
      { laptopId: forms[1], ratedCount: 1, averageScore: 1 },
      { laptopId: forms[2], ratedCount: 2, averageScore: 1 },
      { laptopId: forms[3], ratedCount: 3, averageScore: 5 / 3 },
    ]);
    expect(await rate(setup, [])).toEqual([]);
  });

  it('answers for more than are stored together', async () => {
    const { setup, ids } = await createWithLaptops();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1), { minLength: 200, maxLength: 400 }), async (picks) => {
        const replies = await rate(
          setup,
          picks.map((pick) => ({ laptopId: ids[pick]!, score: 5 })),
        );
        expect(replies.map(({ laptopId }) => laptopId)).toEqual(picks.map((pick) => ids[pick]));
        expect(replies.every(({ averageScore }) => averageScore === 5)).toBe(true);
      }),
      { numRuns: 5 },
    );
  });

  it.each<[string, Partial<RateLaptopRequest>, object]>([
    ['a laptop that is not there', { laptopId: pickUuid(random) }, { code: 'NOT_FOUND' }],
    ['an id that is no UUID', { laptopId: 'x' }, { code: 'NOT_FOUND', message: 'laptop_id: there is no laptop "x"' }],
    ['no id', { laptopId: '' }, { code: 'NOT_FOUND' }],
    ['an id of 129 bytes', { laptopId: 'x'.repeat(129) }, badField('laptop_id', 'has 129 bytes, and may have 128')],
    ['an id with U+0000', { laptopId: '\0' }, badField('laptop_id')],
    ['NaN', { score: Number.NaN }, badField('score', 'NaN is not between -1e9 and 1e9')],
    ['infinity', { score: Infinity }, badField('score')],
    ['minus infinity', { score: -Infinity }, badField('score')],
    ['more than 1e9', { score: 1e9 + 2e-7 }, badField('score')],
    ['less than -1e9', { score: -1e9 - 2e-7 }, badField('score')],
  ])(
    'refuses %s after the replies to the ratings before it, and stores nothing from there on',
    async (_case, bad, error) => {
      const { setup, ids } = await createWithLaptops();
      const good = { laptopId: ids[0], score: 1 };
      const context = createTestContext<RateLaptopResponse>();
      await expect(rate(setup, [good, good, { ...good, ...bad }, good], context)).rejects.toMatchObject(error);
      expect(context.written).toHaveLength(2);
      expect(await rate(setup, [good])).toMatchObject([{ ratedCount: 3 }]);
    },
  );

  it('takes the largest scores', async () => {
    const { setup, ids } = await createWithLaptops();
    const requests = [1e9, -1e9].map((score) => ({ laptopId: ids[0], score }));
    expect(await rate(setup, requests)).toMatchObject([{ averageScore: 1e9 }, { averageScore: 0 }]);
  });

  it('sends no reply before its rating is stored', async () => {
    const context = createTestContext<RateLaptopResponse>();
    const failing: RatingStore = { add: () => Promise.reject(new StatusError('UNAVAILABLE', 'no database')) };
    const requests = [{ laptopId: pickUuid(random), score: 1 }];
    await expect(rate({ rate: createRateLaptop(failing) }, requests, context)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(context.written).toEqual([]);
  });

  it.each<[string, Error, object, string]>([
    ['a cancel', new StatusError('CANCELLED', 'x'), { code: 'CANCELLED' }, 'info request is canceled'],
    [
      'a deadline',
      new StatusError('DEADLINE_EXCEEDED', 'x'),
      { code: 'DEADLINE_EXCEEDED' },
      'info deadline is exceeded',
    ],
    ['bad bytes', new StatusError('INTERNAL', 'x'), { code: 'INTERNAL' }, 'warn cannot receive stream request'],
    [
      'anything else',
      new Error('x'),
      { code: 'UNKNOWN', message: 'cannot receive stream request' },
      'error cannot receive stream request',
    ],
  ])('ends with %s as the tutorial says, and logs it', async (_case, error, status, line) => {
    const { setup, ids } = await createWithLaptops();
    const lines: string[] = [];
    const destination = {
      write(text: string) {
        const { level, msg } = JSON.parse(text) as { level: string; msg: string };
        lines.push(`${level} ${msg}`);
      },
    };
    const context = createTestContext<RateLaptopResponse>({ log: createLogger({ service: 'test', destination }) });
    const requests = from([{ laptopId: ids[0], score: 1 }]);
    const batches = requests.batches.bind(requests);
    const broken = Object.assign(requests, {
      async *batches() {
        yield* batches({ max: 1 });
        throw error;
      },
    });
    await expect(setup.rate(broken, context)).rejects.toMatchObject(status);
    expect(lines).toEqual([line]);
    expect(context.written).toHaveLength(1);
  });
});
