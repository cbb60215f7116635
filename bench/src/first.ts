import { fork, type ChildProcess } from 'node:child_process';
import { cpus } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Result } from './patterns.js';
import type { Announcement, Usage } from './process-messages.js';

/**
 * Prints the figures of docs/performance.md: ours beside plain grpc-js, in rounds that take turns, each client in a
 * process of its own.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(
    'Usage: pnpm bench [--rounds 3] [--quick] [--only <part of a name>]\n\n--quick: one round with few messages, to see that it runs',
  );
  process.exit(0);
}
const rounds = values.quick ? 1 : Number(values.rounds);
const scale = values.quick ? 0.02 : 1;

interface Row {
  readonly name: string;
  readonly pattern: string;
  readonly count: number;
  /** Fewer messages where the peer takes a minute for as many. */
  readonly plainCount?: number;
  readonly client?: 'raw';
  /** Compares our server with logs and tokens to our server without, and not ours to grpc-js. */
  readonly isGuarded?: boolean;
  /** How many times as fast ours has to be; below 1 where it may be slower. */
  readonly target: number;
  readonly figure?: 'p50' | 'p99';
}

const rows: Row[] = [
  { name: 'server streaming, raw reader', pattern: 'server streaming', count: 300_000, client: 'raw', target: 5 },
  { name: 'server streaming, both sides', pattern: 'server streaming', count: 300_000, target: 2 },
  { name: 'client streaming, both sides', pattern: 'client streaming', count: 200_000, target: 25 },
  { name: 'bidi pipelined, both sides', pattern: 'bidi', count: 60_000, target: 10 },
  { name: 'unary, 64 at once', pattern: 'unary', count: 20_000, target: 1 / 1.1 },
  { name: 'unary, logs and tokens', pattern: 'unary', count: 20_000, target: 0.9, isGuarded: true },
  { name: 'streaming, logs and tokens', pattern: 'server streaming', count: 300_000, target: 0.9, isGuarded: true },
  { name: 'ping-pong, p50 in µs', pattern: 'ping-pong', count: 5_000, target: 1 / 1.1, figure: 'p50' },
  { name: 'ping-pong, p99 in µs', pattern: 'ping-pong', count: 5_000, target: 1 / 1.1, figure: 'p99' },
];

type Peer = 'ours' | 'grpc-js' | 'guarded';
const peers: readonly Peer[] = ['ours', 'grpc-js'];

/** `guarded` is ours, with a line of log for each call (thrown away) and a token. */
function start(
  script: string,
  { peer, args = [], flags = [] }: { peer: Peer | 'raw'; args?: readonly string[]; flags?: readonly string[] },
): ChildProcess {
  const stdio = ['ignore', peer === 'guarded' ? 'ignore' : 'inherit', 'inherit', 'ipc'] as const;
  const path = fileURLToPath(new URL(`./${script}.js`, import.meta.url));
  return fork(path, args, { execArgv: [...flags], stdio: [...stdio] });
}

function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Message));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${child.spawnargs.slice(1).join(' ')} ended with ${code}`)));
  });
}

async function startServer(peer: Peer): Promise<{ child: ChildProcess; target: string }> {
  const child = start(`server-${peer === 'guarded' ? 'ours' : peer}`, { peer, args: [peer], flags: ['--expose-gc'] });
  const { port } = await nextMessage<Announcement>(child);
  return { child, target: `127.0.0.1:${port}` };
}

function readUsage(child: ChildProcess): Promise<Usage> {
  const usage = nextMessage<Usage>(child);
  child.send('usage');
  return usage;
}

async function measure(row: Row): Promise<void> {
  const pair = row.isGuarded === true ? (['guarded', 'ours'] as const) : (['ours', 'grpc-js'] as const);
  const figures: [number[], number[]] = [[], []];
  const servers = [await startServer(pair[0]), await startServer(pair[1])] as const;
  for (let round = 0; round < rounds; round += 1) {
    for (const side of [0, 1] as const) {
      const peer = row.client ?? pair[side];
      const args = [peer, servers[side].target, row.pattern, String(Math.ceil(row.count * scale))];
      const result = await nextMessage<Result>(start('client', { peer, args }));
      figures[side].push(row.figure === undefined ? result.perSecond : (result[row.figure] ?? NaN));
    }
  }
  for (const { child } of servers) child.kill();
  const [ours, other] = [median(figures[0]), median(figures[1])];
  const ratio = row.figure === undefined ? ours / other : other / ours;
  print(row.name, toText(figures[0]), toText(figures[1]), ratio, row.target);
}

/** Memory of a server with open streams on which nothing happens. */
async function measureIdle(): Promise<void> {
  const streams = Math.ceil(10_000 * scale);
  const grown: Partial<Record<Peer, number>> = {};
  for (const peer of peers) {
    const { child, target } = await startServer(peer);
    const before = await readUsage(child);
    const client = start('client', { peer: 'ours', args: ['ours', target, 'idle', String(streams)] });
    await nextMessage<Result>(client);
    const after = await readUsage(child);
    grown[peer] = (after.rssBytes - before.rssBytes) / 2 ** 20;
    client.kill();
    child.kill();
  }
  const { ours = NaN, 'grpc-js': plain = NaN } = grown;
  print(`${streams} idle streams, MiB`, ours.toFixed(0), plain.toFixed(0), plain / ours, 1);
}

/** Memory of our server with a reader that stops, five seconds after it did. */
async function measureStop(): Promise<void> {
  const { child, target } = await startServer('ours');
  const before = await readUsage(child);
  const client = start('client', { peer: 'ours', args: ['ours', target, 'stop', '0'] });
  await nextMessage<Result>(client);
  await wait(5_000 * Math.max(scale, 0.2));
  const after = await readUsage(child);
  const grown = (after.rssBytes - before.rssBytes) / 2 ** 20;
  print('a reader that stops, MiB', grown.toFixed(0), '-', 64 / Math.max(grown, 1), 1);
  client.kill();
  child.kill();
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function toText(values: readonly number[]): string {
  const format = (value: number): string => Math.round(value).toLocaleString('en');
  return `${format(median(values))} (${format(Math.min(...values))}–${format(Math.max(...values))})`;
}

function print(name: string, ours: string, plain: string, ratio: number, target: number): void {
  const verdict = values.quick ? '' : ratio >= target ? 'reached' : 'missed';
  const parts = [name.padEnd(30), ours.padStart(34), plain.padStart(30), `${ratio.toFixed(2)}×`.padStart(9)];
  console.log(`${parts.join(' ')}   ${`≥ ${target.toFixed(2)}×`.padStart(8)} ${verdict}`);
}

console.log(
  `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? ''}), ${rounds} rounds: median (least–most)`,
);
if (values.quick) console.log('--quick only shows that everything runs: these figures say nothing');
console.log(`${''.padEnd(30)} ${'ours'.padStart(34)} ${'compared to'.padStart(30)} ${'ratio'.padStart(9)}   target`);
const isWanted = (name: string): boolean => name.includes(values.only);
for (const row of rows) if (isWanted(row.name)) await measure(row);
if (isWanted('idle streams')) await measureIdle();
if (isWanted('a reader that stops')) await measureStop();
