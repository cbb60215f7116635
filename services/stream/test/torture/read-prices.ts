import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type Client } from '@streamworks/common';
import { until, type ServiceProcess } from '@streamworks/common/testing';
import { StockService } from '@streamworks/proto/stock_service';
import { createFolder } from './create-folder.js';
import { toOwnConnection } from './own-connection.js';
import { startStream } from './start-stream.js';

/** How many read one symbol, and for how many ticks after the last of them has come. */
export interface ReadPlan {
  readonly readers: number;
  readonly tickMs: number;
  readonly ticks: number;
}

/** What came of it. */
export interface ReadCounts {
  readonly readers: number;
  readonly deliveriesPerSecond: number;
  /** What the process of the service took of one core, in percent. */
  readonly serverCpu: number;
  /** How long after the first reader of a price the others had it, in milliseconds: half of them, and nearly all. */
  readonly lateMs50: number;
  readonly lateMs99: number;
  /** Prices that a reader did not get, as newer ones came before he had room. */
  readonly skipped: number;
  /** Prices that came twice, or after a newer one. */
  readonly disordered: number;
  /** Readers who had not come to the newest price some seconds later. */
  readonly behind: number;
}

const ON_ONE_CONNECTION = 100;
/** More than any run takes: who reads does not come to the end. */
const PRICES = 200_000;
const LIMIT_MS = 120_000;
const BEHIND_MS = 10_000;

/** One symbol for many: its prices are 1, 2, 3 and so on, so that each reader knows what he did not get. */
export async function readPrices({ readers, tickMs, ticks }: ReadPlan): Promise<ReadCounts> {
  await using folder = await createFolder();
  const file = join(folder.path, 'prices.csv');
  const rows = Array.from({ length: PRICES }, (_, index) => `A,${index + 1}`);
  await writeFile(file, ['symbol,price', ...rows, ''].join('\n'));
  await using service = await startStream(folder.path, { STREAM_PRICES_FILE: file, STREAM_TICK_MS: String(tickMs) });
  const clients = Array.from({ length: Math.ceil(readers / ON_ONE_CONNECTION) }, (_, index) =>
    createClient(StockService, service.target, toOwnConnection(index)),
  );
  const tally = createTally();
  for (let reader = 0; reader < readers; reader += 1) {
    // One whose call fails has not arrived, and is behind.
    tally.read(clients[reader % clients.length]!).catch(() => undefined);
  }
  await until(() => tally.begun === readers, LIMIT_MS);
  const [cpuBefore, begin] = [await readCpu(service), performance.now()];
  tally.measure(ticks);
  await until(() => tally.isOver, LIMIT_MS);
  const seconds = (performance.now() - begin) / 1000;
  const cpu = (await readCpu(service)) - cpuBefore;
  await until(() => tally.arrived === readers, BEHIND_MS).catch(() => undefined); // those who are behind are counted
  const behind = readers - tally.arrived;
  for (const client of clients) client.$close();
  const { skipped, disordered, lates } = tally;
  lates.sort((one, other) => one - other);
  const late = (part: number): number => Math.round(lates[Math.floor(lates.length * part)] ?? 0);
  return {
    readers,
    deliveriesPerSecond: Math.round(lates.length / seconds),
    serverCpu: Math.round((cpu / seconds) * 100),
    lateMs50: late(0.5),
    lateMs99: late(0.99),
    skipped,
    disordered,
    behind,
  };
}

/** Counts what readers get. */
function createTally() {
  const firstAt: number[] = [];
  let newest = 0;
  /** The price that all are to come to. */
  let goal = Infinity;
  const tally = {
    begun: 0,
    /** How many have come to the goal. */
    arrived: 0,
    skipped: 0,
    disordered: 0,
    /** Of each price that was read while it was measured. */
    lates: [] as number[],
    get isOver() {
      return newest >= goal;
    },
    measure(ticks: number) {
      goal = newest + ticks;
    },
    async read(client: Client<typeof StockService>): Promise<void> {
      let previous = 0;
      let isThere = false;
      for await (const { price } of client.getRealTimePrices({ symbol: 'A' })) {
        const now = performance.now();
        firstAt[price] ??= now;
        newest = Math.max(newest, price);
        if (goal < Infinity) tally.lates.push(now - firstAt[price]);
        if (previous === 0) tally.begun += 1;
        else if (price <= previous) tally.disordered += 1;
        else tally.skipped += price - previous - 1;
        previous = price;
        if (price >= goal && !isThere) tally.arrived += 1;
        isThere = price >= goal;
      }
    },
  };
  return tally;
}

async function readCpu({ metricsUrl }: ServiceProcess): Promise<number> {
  const metrics = await (await fetch(`${metricsUrl}/metrics`)).text();
  return Number(/^process_cpu_seconds_total\S* (\S+)$/m.exec(metrics)?.[1]);
}
