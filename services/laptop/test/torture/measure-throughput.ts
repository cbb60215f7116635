import { createClient, createRandom, type Client } from '@streamworks/common';
import { LaptopService, type Filter } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { toRandomLaptop, toRandomScore } from '../../dist/random-laptop.js';
import { toRandomPng } from '../../dist/random-png.js';
import { createFolder, startLaptop } from './start-laptop.js';

/** How much is measured. */
export interface ThroughputPlan {
  /** So many laptops are created and found, ten times as many ratings are sent, and a tenth as many images. */
  readonly laptops: number;
}

/** What one client gets done in a second with a service of its own on SQLite, and what is there in the end. */
export interface Throughput {
  /** Laptops, 16 at once. */
  readonly createdPerSecond: number;
  /** Laptops of one search that finds all. */
  readonly foundPerSecond: number;
  /** Images of 64 KiB, 4 at once. */
  readonly imagesPerSecond: number;
  /** Ratings of one stream, sent without waiting. */
  readonly ratingsPerSecond: number;
  readonly found: number;
  readonly rated: number;
}

type LaptopClient = Client<typeof LaptopService>;

const everything: Filter = { maxPriceUsd: Number.MAX_VALUE, minCpuCores: 0, minCpuGhz: 0, minRam: null };
const CREATES_AT_ONCE = 16;
const UPLOADS_AT_ONCE = 4;
const IMAGE_BYTES = 64 * 1024;
const CHUNK_BYTES = 16 * 1024;

/** Fills a catalogue with what the generator makes, and times each kind of call. */
export async function measureThroughput({ laptops: count }: ThroughputPlan): Promise<Throughput> {
  await using folder = await createFolder();
  await using service = await startLaptop(folder.path);
  const client = createClient(LaptopService, service.target);
  const random = createRandom(1);
  const now = new Date();
  const laptops = Array.from({ length: count }, () => toRandomLaptop(random, now));
  const image = toRandomPng(random, { bytes: IMAGE_BYTES });
  const images = laptops.slice(0, Math.ceil(count / 10));
  const ratings = Array.from({ length: count * 10 }, (_, index) => ({
    laptopId: laptops[index % count]?.id ?? '',
    score: toRandomScore(random),
  }));

  const createSeconds = await time(() =>
    doAtOnce(laptops, CREATES_AT_ONCE, async (laptop) => void (await client.createLaptop({ laptop }))),
  );
  let found = 0;
  const searchSeconds = await time(async () => {
    for await (const _ of client.searchLaptop({ filter: everything })) found += 1;
  });
  const uploadSeconds = await time(() => doAtOnce(images, UPLOADS_AT_ONCE, ({ id }) => upload(client, id, image)));
  let rated = 0;
  const rateSeconds = await time(async () => {
    for await (const _ of client.rateLaptop(ratings)) rated += 1;
  });
  client.$close();
  return {
    createdPerSecond: Math.round(count / createSeconds),
    foundPerSecond: Math.round(found / searchSeconds),
    imagesPerSecond: Math.round(images.length / uploadSeconds),
    ratingsPerSecond: Math.round(rated / rateSeconds),
    found,
    rated,
  };
}

async function upload(client: LaptopClient, laptopId: string, image: Buffer): Promise<void> {
  function* toRequests() {
    yield { info: { laptopId, imageType: 'png' } };
    for (let at = 0; at < image.length; at += CHUNK_BYTES) yield { chunkData: image.subarray(at, at + CHUNK_BYTES) };
  }
  const { size } = await client.uploadImage(toRequests());
  if (size !== image.length) throw new Error(`${size} of ${image.length} bytes were stored`);
}

/** Does the work for every item, for so many of them at a time. */
async function doAtOnce<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const workers = Array.from({ length: atOnce }, async () => {
    for (const item of rest) await work(item);
  });
  await Promise.all(workers);
}

/** Seconds. */
async function time(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}
