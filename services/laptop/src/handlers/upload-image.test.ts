import { StatusError } from '@streamworks/common';
import { createTestContext, from, gate, until } from '@streamworks/common/testing';
import type { UploadImageRequest } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { describe, expect, it } from 'vitest';
import { badField, createLaptop, random, useStores } from '../../test/use-stores.js';
import { pickUuid } from '../pick.js';
import { toRandomPng } from '../random-png.js';
import { createImageMemory } from '../image-memory.js';
import { createUploadImage } from './upload-image.js';

const png = toRandomPng(random);
const LIMIT = 10_000;

const createStores = useStores();
async function create() {
  const stores = await createStores();
  const imageMemory = createImageMemory(2 * LIMIT);
  return { ...stores, imageMemory, upload: createUploadImage({ ...stores, imageLimit: LIMIT, imageMemory }) };
}
type Setup = Awaited<ReturnType<typeof create>>;

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

  it('refuses what there is no memory for while others send, who go on', async () => {
    const { setup, id } = await createWithLaptop();
    const { imageMemory } = setup;
    const largest = toRandomPng(random, { bytes: LIMIT });
    const open = gate();
    async function* waiting() {
      yield* [info(id), chunk(largest)];
      await open;
    }
    const others = [
      setup.upload(from(waiting()), createTestContext()),
      setup.upload(from(waiting()), createTestContext()),
    ];
    await until(() => imageMemory.used === 2 * LIMIT);
    await expect(upload(setup, [info(id), chunk(png)])).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      message: 'too many images are being received: try again in 1 s',
      details: [{ type: 'google.rpc.RetryInfo', value: { retryDelay: { seconds: 1n } } }],
    });
    open.open();
    for (const other of others) expect(await other).toMatchObject({ size: LIMIT });
    expect(await upload(setup, [info(id), chunk(png)])).toMatchObject({ size: png.length });
    expect(imageMemory.used).toBe(0);
  });

  it('gives memory back however an upload ends', async () => {
    const { setup, id } = await createWithLaptop();
    function* broken() {
      yield* [info(id), chunk(png)];
      throw new StatusError('CANCELLED', 'the call was cancelled');
    }
    for (const requests of [[info(id), chunk(Buffer.from('x'))], [info(id), chunk(png), info(id)], broken()]) {
      await expect(upload(setup, requests)).rejects.toBeInstanceOf(StatusError);
      expect(setup.imageMemory.used).toBe(0);
    }
  });
});
