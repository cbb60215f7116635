import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient, type Client } from '@streamworks/common';
import { until, type ServiceProcess } from '@streamworks/common/testing';
import { RouteGuide } from '@streamworks/proto/routeguide/route_guide';
import { createFolder, startRouteguide } from './start-routeguide.js';

/** How many features there are, and how many readers of all of them stop after the first. */
export interface ReadPlan {
  readonly features: number;
  readonly stopped: number;
}

/** What was measured of the service. */
export interface ReadCounts {
  /** From the start of the process until it takes calls. */
  readonly startMs: number;
  /** Memory (RSS) with all features, before the first call. */
  readonly rssMiB: number;
  /** How much more there was, at most, while readers had stopped. */
  readonly grownMiB: number;
  /** The longest time that the event loop was held while somebody read everything. */
  readonly lagMs: number;
  /** How many features that reader got, in the order of the file. */
  readonly read: number;
  /** How many lists were still open after everybody had cancelled. */
  readonly openAfter: number;
}

const world = {
  lo: { latitude: -900_000_000, longitude: -1_800_000_000 },
  hi: { latitude: 900_000_000, longitude: 1_800_000_000 },
};
const RUNS = 3;

/** The metric looks so often, and counts the time between two looks. */
const SAMPLE_MS = 10;

const WATCH_MS = 5_000;
const WATCH_STEP_MS = 100;

/** Starts a service with many features, and reads them: by readers that stop, and by one that does not. */
export async function readSlowly({ features, stopped }: ReadPlan): Promise<ReadCounts> {
  await using folder = await createFolder();
  const file = join(folder.path, 'features.json');
  await pipeline(Readable.from(toJson(features)), createWriteStream(file));
  const start = performance.now();
  await using service = await startRouteguide(folder.path, { ROUTEGUIDE_FEATURES: file });
  const startMs = Math.round(performance.now() - start);
  const rss = await readMetric(service, 'process_resident_memory_bytes');

  const client = createClient(RouteGuide, service.target);
  const { read, lagMs } = await measureLag(service, client);

  const readers = Array.from({ length: stopped }, () => client.listFeatures(world)[Symbol.asyncIterator]());
  await Promise.all(readers.map((reader) => reader.next()));
  let highest = 0;
  for (let watched = 0; watched < WATCH_MS; watched += WATCH_STEP_MS) {
    await delay(WATCH_STEP_MS);
    highest = Math.max(highest, await readMetric(service, 'process_resident_memory_bytes'));
  }
  for (const reader of readers) await reader.return?.();
  const countOpen = () => service.countOpenCalls('ListFeatures');
  await until(async () => (await countOpen()) === 0).catch(() => undefined); // what is open then is counted
  const openAfter = await countOpen();
  client.$close();
  return {
    startMs,
    rssMiB: toMiB(rss),
    grownMiB: Math.max(0, toMiB(highest - rss)),
    lagMs,
    read,
    openAfter,
  };
}

/** The least of several runs counts: the machine may have other things to do. */
async function measureLag(service: ServiceProcess, client: Client<typeof RouteGuide>) {
  const readLag = () => readMetric(service, 'nodejs_eventloop_lag_max_seconds');
  let [read, lag] = [Infinity, Infinity];
  for (let run = 0; run < RUNS; run += 1) {
    await readLag(); // it counts from one look to the next
    read = Math.min(read, await readAll(client));
    lag = Math.min(lag, await readLag());
  }
  return { read, lagMs: Math.max(0, Math.round(lag * 1000) - SAMPLE_MS) };
}

/** How many features came in the order of the file. */
async function readAll(client: Client<typeof RouteGuide>): Promise<number> {
  let read = 0;
  for await (const { name } of client.listFeatures(world)) {
    if (name !== toName(read)) break;
    read += 1;
  }
  return read;
}

/** Features all over the world, the same at each run. */
function* toJson(count: number): Generator<string> {
  yield '[';
  for (let index = 0; index < count; index += 1) {
    const latitude = ((index * 7_919_317) % 1_800_000_001) - 900_000_000;
    const longitude = ((index * 15_485_863) % 3_600_000_001) - 1_800_000_000;
    const name = JSON.stringify(toName(index));
    yield `${index === 0 ? '' : ',\n'}{"location":{"latitude":${latitude},"longitude":${longitude}},"name":${name}}`;
  }
  yield ']\n';
}

function toName(index: number): string {
  return `feature ${index}`;
}

function toMiB(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

async function readMetric({ metricsUrl }: ServiceProcess, name: string): Promise<number> {
  const metrics = await (await fetch(`${metricsUrl}/metrics`)).text();
  const [, value] = new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(metrics) ?? [];
  if (value === undefined) throw new Error(`there is no metric ${name}`);
  return Number(value);
}
