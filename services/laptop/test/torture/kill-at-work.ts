import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '@streamworks/common/testing';
import { createFolder, openCatalogue, startLaptop } from './start-laptop.js';
import { startWorker, type Acknowledged, type Worker } from './worker.js';

/** How a service is killed while clients fill its catalogue. */
export interface KillPlan {
  readonly kills: number;
  /** How many clients there are at a time. */
  readonly workers: number;
  readonly images: 'database' | 'folder';
}

/** What came of it: what was acknowledged, and what of that was not there after the kill. */
export interface KillCounts {
  readonly laptops: number;
  readonly images: number;
  readonly ratings: number;
  readonly lost: number;
  /** Laptops whose ratings do not add up: each of them was a 1. */
  readonly wrong: number;
}

const MOST_ACKNOWLEDGED = 400;
const LIMIT_MS = 60_000;

/** Kills a service with SIGKILL, again and again, each time after a random number of acknowledgements. */
export async function killAtWork({ kills, workers: workerCount, images }: KillPlan): Promise<KillCounts> {
  await using folder = await createFolder();
  const imageFolder = images === 'folder' ? join(folder.path, 'img') : undefined;
  const env: Record<string, string> = imageFolder === undefined ? {} : { LAPTOP_IMAGES: `folder:${imageFolder}` };
  const counts = { laptops: 0, images: 0, ratings: 0, lost: 0, wrong: 0 };
  for (let kill = 0; kill < kills; kill += 1) {
    await using service = await startLaptop(folder.path, env);
    const workers = Array.from({ length: workerCount }, (_, index) =>
      startWorker(service.target, kill * workerCount + index),
    );
    const enough = Math.random() * MOST_ACKNOWLEDGED;
    await until(() => isAtWork(workers) && sum(workers.map(({ count }) => count)) >= enough, LIMIT_MS);
    service.kill('SIGKILL');
    await Promise.all([service.ended, ...workers.map(({ ended }) => ended)]);
    await judge(workers, { folder: folder.path, imageFolder }, counts);
  }
  return counts;
}

/** Whether something of each kind was acknowledged. */
function isAtWork(workers: readonly Worker[]): boolean {
  const all = workers.map(({ acknowledged }) => acknowledged);
  return (
    all.some(({ laptops }) => laptops.length > 0) &&
    all.some(({ images }) => images.length > 0) &&
    all.some(({ ratings }) => ratings.size > 0)
  );
}

async function judge(
  workers: readonly Worker[],
  { folder, imageFolder }: { folder: string; imageFolder: string | undefined },
  counts: { -readonly [Name in keyof KillCounts]: number },
): Promise<void> {
  const stored = await readStored(folder, imageFolder);
  for (const { acknowledged } of workers) {
    const { laptops, images, ratings } = acknowledged;
    counts.laptops += laptops.length;
    counts.images += images.length;
    counts.ratings += sum([...ratings.values()]);
    counts.lost += countLost(acknowledged, stored);
  }
  counts.wrong += [...stored.ratings.values()].filter(({ count, sum: added }) => BigInt(added) !== count).length;
}

type Stored = Awaited<ReturnType<typeof readStored>>;

function countLost({ laptops, images, ratings }: Acknowledged, stored: Stored): number {
  const missing = [...ratings].map(([id, count]) => Math.max(0, count - Number(stored.ratings.get(id)?.count ?? 0n)));
  return (
    laptops.filter((id) => !stored.laptops.has(id)).length +
    images.filter((id) => !stored.images.has(id)).length +
    sum(missing)
  );
}

async function readStored(folder: string, imageFolder: string | undefined) {
  const { query, close } = await openCatalogue(folder);
  const laptops = await query.selectFrom('laptop').select('uuid').execute();
  const ratings = await query.selectFrom('rating').selectAll().execute();
  const rows = await query.selectFrom('image').select('uuid').where('size', '=', 20_000n).execute();
  await close();
  const files = imageFolder === undefined ? [] : await readdir(imageFolder);
  const images = files.map((name) => /_(.{36})\.png$/.exec(name)?.[1]);
  return {
    laptops: new Set(laptops.map(({ uuid }) => uuid)),
    ratings: new Map(ratings.map((rating) => [rating.laptop, rating])),
    images: new Set([...rows.map(({ uuid }) => uuid), ...images]),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
