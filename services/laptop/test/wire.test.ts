import { collect, gate, until } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { toRandomPng } from '../src/random-png.js';
import { LIMIT, useCatalogue } from './use-catalogue.js';
import { createLaptop, random } from './use-stores.js';

const start = useCatalogue();

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
