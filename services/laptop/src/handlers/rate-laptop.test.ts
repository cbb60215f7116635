import { createLogger, StatusError } from '@streamworks/common';
import { createTestContext, from, type TestContext } from '@streamworks/common/testing';
import type { RateLaptopRequest, RateLaptopResponse } from '@streamworks/proto/techschool/pcbook/laptop_service';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { badField, createLaptop, random, useStores } from '../../test/use-stores.js';
import { pickUuid } from '../pick.js';
import type { RatingStore } from '../rating-store.js';
import { createRateLaptop } from './rate-laptop.js';

const createStores = useStores();
async function create() {
  const stores = await createStores();
  return { ...stores, rate: createRateLaptop(stores.ratings) };
}
type Setup = Awaited<ReturnType<typeof create>>;

/** A log with its lines: level and message of each. */
function createLog() {
  const lines: string[] = [];
  const destination = {
    write(text: string) {
      const { level, msg } = JSON.parse(text) as { level: string; msg: string };
      lines.push(`${level} ${msg}`);
    },
  };
  return { lines, log: createLogger({ service: 'test', destination }) };
}

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
    const { log, lines } = createLog();
    const context = createTestContext<RateLaptopResponse>({ log });
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

  it.each([
    ['CANCELLED', 'info request is canceled'],
    ['DEADLINE_EXCEEDED', 'info deadline is exceeded'],
  ] as const)('logs that it was broken off by %s also while it stores or writes', async (code, line) => {
    const { setup, ids } = await createWithLaptops();
    const requests = [{ laptopId: ids[0], score: 1 }];
    const reason = new StatusError(code, 'x');
    const writing = createLog();
    const slow = createTestContext<RateLaptopResponse>({ log: writing.log, write: () => Promise.reject(reason) });
    await expect(rate(setup, requests, slow)).rejects.toBe(reason);
    expect(writing.lines).toEqual([line]);
    const storing = createLog();
    const left = createTestContext<RateLaptopResponse>({ log: storing.log });
    const add: RatingStore['add'] = (group) => {
      left.cancel(reason);
      return setup.ratings.add(group);
    };
    await expect(rate({ rate: createRateLaptop({ add }) }, requests, left)).rejects.toBe(reason);
    expect(storing.lines).toEqual([line]);
  });

  it('logs nothing where a rating is refused', async () => {
    const { setup } = await createWithLaptops();
    const { log, lines } = createLog();
    const context = createTestContext<RateLaptopResponse>({ log });
    await expect(rate(setup, [{ laptopId: '', score: 1 }], context)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(lines).toEqual([]);
  });
});
