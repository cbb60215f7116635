import { createClient, createRandom } from '@streamworks/common';
import { startServiceProcess } from '@streamworks/common/testing';
import { LaptopService } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { startDatabases } from '@streamworks/storage/testing';
import { describe, expect, it } from 'vitest';
import { toRandomLaptop } from '../src/random-laptop.js';
import { breakUploads } from './torture/break-uploads.js';
import { killAtWork } from './torture/kill-at-work.js';
import { measureThroughput } from './torture/measure-throughput.js';
import { searchMany } from './torture/search-many.js';
import { createFolder, main } from './torture/start-laptop.js';

// The same as `pnpm torture`, in short.
describe('the service', { timeout: 180_000 }, () => {
  it.each(['database', 'folder'] as const)(
    'loses nothing that it has acknowledged when it is killed, with images in the %s',
    async (images) => {
      const { laptops, images: uploaded, ratings, lost, wrong } = await killAtWork({ kills: 3, workers: 3, images });
      expect({ lost, wrong }).toEqual({ lost: 0, wrong: 0 });
      expect(Math.min(laptops, uploaded, ratings)).toBeGreaterThan(0);
    },
  );

  it.each([
    ['cancel', 'database'],
    ['cancel', 'folder'],
    ['deadline', 'folder'],
    ['cut', 'database'],
  ] as const)('keeps nothing of uploads that are broken off by a %s, with images in the %s', async (breach, images) => {
    expect(await breakUploads({ uploads: 40, breach, images })).toEqual({ broken: 40, stored: 0, files: 0 });
  });

  it('counts the ratings of 50 clients through two instances on one database', async () => {
    await using databases = await startDatabases('postgres');
    await using folder = await createFolder();
    const { url } = await databases.create();
    const env = {
      DATA_DIR: folder.path,
      LAPTOP_DATABASE_URL: url,
      LAPTOP_PORT: '0',
      LAPTOP_METRICS_PORT: 'off',
      LAPTOP_AUTH: 'off',
    };
    await using one = await startServiceProcess(main, env);
    await using other = await startServiceProcess(main, env);
    const clients = Array.from({ length: 50 }, (_, index) =>
      createClient(LaptopService, (index % 2 === 0 ? one : other).target),
    );
    const laptop = toRandomLaptop(createRandom(1), new Date());
    await clients[0]!.createLaptop({ laptop });
    const counts: number[] = [];
    await Promise.all(
      clients.map(async (client, index) => {
        const requests = Array.from({ length: 20 }, () => ({ laptopId: laptop.id, score: index / 8 }));
        for await (const { ratedCount } of client.rateLaptop(requests)) counts.push(ratedCount);
      }),
    );
    expect(counts.toSorted((first, second) => first - second)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => index + 1),
    );
    // Twenty times 0, 0.125 … 6.125, and one that is their average.
    for await (const response of clients[1]!.rateLaptop([{ laptopId: laptop.id, score: 3.0625 }])) {
      expect(response).toEqual({ laptopId: laptop.id, ratedCount: 1_001, averageScore: 3.0625 });
    }
    for (const client of clients) client.$close();
  });

  it('finds the first laptops of many soon, and waits for readers that stop', async () => {
    const { read, matching, firstMs, grownMiB } = await searchMany({ laptops: 30_000, stopped: 5 });
    expect(read).toBe(30_000);
    expect(matching).toBeGreaterThan(100);
    expect(firstMs).toBeLessThan(500);
    expect(grownMiB).toBeLessThan(200);
  });

  it('gives all that one client asks for, when it is timed', async () => {
    const { found, rated, ...perSecond } = await measureThroughput({ laptops: 100 });
    expect({ found, rated }).toEqual({ found: 100, rated: 1_000 });
    for (const figure of Object.values(perSecond)) expect(figure).toBeGreaterThan(0);
  });
});
