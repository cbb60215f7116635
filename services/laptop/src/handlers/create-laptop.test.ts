import { LaptopCodec, type Laptop } from '@streamworks/proto/techschool/pcbook/laptop_message';
import { describe, expect, it } from 'vitest';
import { badField, createLaptop, random, useStores } from '../../test/use-stores.js';
import { pickUuid } from '../pick.js';

const create = useStores();

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
  });

  it.each([
    ['gpus', { brand: '', name: '', minGhz: 0, maxGhz: 0, memory: null }, 2_730],
    ['storages', { driver: 'UNKNOWN' as const, memory: null }, 16_384],
  ] as const)('refuses more %s than fit, before it looks through them', async (field, part, fitting) => {
    const setup = await create();
    const base = createLaptop();
    const measure = (count: number) =>
      LaptopCodec.encode({ ...base, [field]: Array.from({ length: count }, () => part) }).length;
    expect(Math.floor(65_536 / (measure(1) - measure(0)))).toBe(fitting);
    const unread = Array.from({ length: fitting + 1 }, () => ({
      get brand(): string {
        throw new Error('was looked through');
      },
    }));
    await expect(setup.createLaptop({ ...base, [field]: unread })).rejects.toMatchObject(
      badField(`laptop.${field}`, `has ${fitting + 1} entries: a laptop may have 65536 bytes`),
    );
  });
});
