import { setTimeout as delay } from 'node:timers/promises';
import { createClient, type Client } from '@streamworks/common';
import { until, type ServiceProcess } from '@streamworks/common/testing';
import { LaptopService, type Filter } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { fillCatalogue, MOST_CORES } from './fill-catalogue.js';
import { createFolder, startLaptop } from './start-laptop.js';

/** How many laptops there are, and how many readers of all of them stop after the first. */
export interface SearchPlan {
  readonly laptops: number;
  readonly stopped: number;
}

/** What was measured of the service. */
export interface SearchCounts {
  /** How many laptops meet the filter of which one in a hundred does. */
  readonly matching: number;
  /** Until the first of those comes, the median of several searches. */
  readonly firstMs: number;
  /** Until the only laptop comes that meets its filter, the most expensive one. */
  readonly lastMs: number;
  /** The longest time that the event loop was held meanwhile. */
  readonly lastLagMs: number;
  /** How many all are, by price. */
  readonly read: number;
  /** The longest time that the event loop was held in a second of that: the median of all seconds, and the worst. */
  readonly lagMs: number;
  readonly worstLagMs: number;
  /** Memory (RSS) before the first search. */
  readonly rssMiB: number;
  /** How much more there was, at most, while readers had stopped. */
  readonly grownMiB: number;
}

const everything: Filter = { maxPriceUsd: Number.MAX_VALUE, minCpuCores: 0, minCpuGhz: 0, minRam: null };
const oneOfAHundred: Filter = {
  ...everything,
  minCpuCores: 24,
  minCpuGhz: 3.2,
  minRam: { value: 32n, unit: 'GIGABYTE' },
};
const onlyLast: Filter = { ...everything, minCpuCores: MOST_CORES };
const WATCH_MS = 5_000;
const SEARCHES = 9;
/** What the metric samples by: so much is no delay. */
const SAMPLE_MS = 10;

/** Fills a catalogue, and searches it: by readers that stop, and by one that does not. */
export async function searchMany({ laptops, stopped }: SearchPlan): Promise<SearchCounts> {
  await using folder = await createFolder();
  await fillCatalogue(folder.path, laptops);
  await using service = await startLaptop(folder.path);
  const client = createClient(LaptopService, service.target);
  const rss = await readMetric(service, 'process_resident_memory_bytes');
  const firsts: number[] = [];
  for (let search = 0; search < SEARCHES; search += 1) firsts.push(await timeFirst(client, oneOfAHundred));
  await readLag(service);
  const lastMs = await timeFirst(client, onlyLast);
  const lastLagMs = await readLag(service);
  const matching = await countInOrder(client, oneOfAHundred);
  const { read, lags } = await readWatched(service, client);
  const grown = await watchStopped({ service, client, stopped });
  client.$close();
  return {
    matching,
    read,
    lastMs,
    lastLagMs,
    firstMs: toMedian(firsts),
    lagMs: toMedian(lags),
    worstLagMs: Math.max(...lags),
    rssMiB: toMiB(rss),
    grownMiB: Math.max(0, toMiB(grown - rss)),
  };
}

/** Reads all, and looks every second how long the event loop was held since the last look. */
async function readWatched(service: ServiceProcess, client: Client<typeof LaptopService>) {
  await readLag(service);
  const lags: number[] = [];
  const over = new AbortController();
  const reading = countInOrder(client, everything).finally(() => over.abort());
  while (!over.signal.aborted) {
    await delay(1_000);
    lags.push(await readLag(service));
  }
  return { read: await reading, lags };
}

/** How long, in milliseconds, the event loop of the service was held at most since the last time that this was asked. */
async function readLag(service: ServiceProcess): Promise<number> {
  const seconds = await readMetric(service, 'nodejs_eventloop_lag_max_seconds');
  return Math.max(0, Math.round(seconds * 1_000) - SAMPLE_MS);
}

async function timeFirst(client: Client<typeof LaptopService>, filter: Filter): Promise<number> {
  const start = performance.now();
  for await (const _ of client.searchLaptop({ filter })) break;
  return Math.round(performance.now() - start);
}

async function countInOrder(client: Client<typeof LaptopService>, filter: Filter): Promise<number> {
  let count = 0;
  let last = -Infinity;
  for await (const { laptop } of client.searchLaptop({ filter })) {
    const price = laptop?.priceUsd ?? -Infinity;
    if (price < last) return -1;
    last = price;
    count += 1;
  }
  return count;
}

interface Watched {
  readonly service: ServiceProcess;
  readonly client: Client<typeof LaptopService>;
  readonly stopped: number;
}

/** The most memory while readers have stopped. */
async function watchStopped({ service, client, stopped }: Watched): Promise<number> {
  const readers = Array.from({ length: stopped }, () =>
    client.searchLaptop({ filter: everything })[Symbol.asyncIterator](),
  );
  await Promise.all(readers.map((reader) => reader.next()));
  let highest = 0;
  for (let watched = 0; watched < WATCH_MS; watched += 100) {
    await delay(100);
    highest = Math.max(highest, await readMetric(service, 'process_resident_memory_bytes'));
  }
  for (const reader of readers) await reader.return?.();
  await until(async () => (await service.countOpenCalls('SearchLaptop')) === 0);
  return highest;
}

async function readMetric({ metricsUrl }: ServiceProcess, name: string): Promise<number> {
  const metrics = await (await fetch(`${metricsUrl}/metrics`)).text();
  const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics) ?? [];
  if (value === undefined) throw new Error(`there is no metric ${name}`);
  return Number(value);
}

function toMedian(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Infinity;
}

function toMiB(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
