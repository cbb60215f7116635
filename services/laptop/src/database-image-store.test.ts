import { createRandom } from '@streamworks/common';
import type { Database } from '@streamworks/storage';
import { dialects, startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDatabaseImageStore } from './database-image-store.js';
import { createDatabaseLaptopStore } from './database-laptop-store.js';
import type { Image } from './image-store.js';
import { migrations, type LaptopSchema } from './migrations.js';
import { pickUuid } from './pick.js';
import { toRandomLaptop } from './random-laptop.js';
import { toRandomPng } from './random-png.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const random = createRandom(1);
const live = new AbortController().signal;
const laptop = toRandomLaptop(random, new Date(0));
const image: Image = { laptop: laptop.id, type: 'png', bytes: toRandomPng(random) };

describe.each(dialects)('the images on %s', { timeout: 60_000 }, (dialect) => {
  let databases: TestDatabases;
  beforeAll(async () => (databases = await startDatabases(dialect)), 60_000);
  afterAll(() => databases[Symbol.asyncDispose]());

  async function create() {
    const database = await databases.open<LaptopSchema>(migrations);
    await createDatabaseLaptopStore(database).add(laptop.id, laptop);
    return { database, store: createDatabaseImageStore(database) };
  }
  const list = ({ query }: Database<LaptopSchema>) => query.selectFrom('image').selectAll().execute();

  it('have an id each, and stay as they are', async () => {
    const { database, store } = await create();
    const ids = [await store.save(image, live), await store.save({ ...image, type: 'gif' }, live)];
    expect(ids[0]).toMatch(UUID);
    const rows = await list(database);
    expect(rows.map(({ uuid, type }) => [uuid, type]).toSorted()).toEqual(
      [
        [ids[0], 'png'],
        [ids[1], 'gif'],
      ].toSorted(),
    );
    expect(rows[0]).toMatchObject({ laptop: laptop.id, size: BigInt(image.bytes.byteLength) });
    expect(Buffer.from(rows[0]!.bytes)).toEqual(image.bytes);
  });

  it('leave nothing where the call has ended', async () => {
    const { database, store } = await create();
    await expect(store.save(image, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
    const later = new AbortController();
    const saving = store.save(image, later.signal);
    later.abort(new Error('over'));
    await expect(saving).rejects.toThrow('over');
    expect(await list(database)).toEqual([]);
  });

  it('leave nothing where the call ends while they are written', async () => {
    const { database, store } = await create();
    const ending = new AbortController();
    const look = vi.spyOn(ending.signal, 'throwIfAborted');
    look.mockImplementationOnce(() => ending.abort(new Error('over'))); // just after the look before the first statement
    await expect(store.save(image, ending.signal)).rejects.toThrow('over');
    expect(await list(database)).toEqual([]);
  });

  it('belong to a laptop that is there', async () => {
    const { database, store } = await create();
    await expect(store.save({ ...image, laptop: pickUuid(random) }, live)).rejects.toThrow(/foreign key/i);
    expect(await list(database)).toEqual([]);
  });
});
