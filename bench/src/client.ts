import { createPlainClient } from './client-grpc-js.js';
import { createGuardedClient, createOurClient } from './client-ours.js';
import { createRawClient } from './client-raw.js';
import type { BenchClient, Result } from './patterns.js';

/** One client process: `client.js <ours|guarded|grpc-js|raw> <target> <pattern> <count>`; sends its result to the parent. */
const [, , peer = '', target = '', pattern = '', countText = '0'] = process.argv;
const count = Number(countText);
const create: Record<string, ((target: string) => BenchClient | Promise<BenchClient>) | undefined> = {
  ours: createOurClient,
  guarded: createGuardedClient,
  'grpc-js': createPlainClient,
  raw: createRawClient,
};
const client = await create[peer]?.(target);
if (client === undefined) throw new Error(`no such peer: ${peer}`);

if (pattern === 'idle' || pattern === 'stop') {
  await client[pattern]?.(count);
  process.send?.({ perSecond: 0 } satisfies Result);
} else {
  await run(Math.min(count, 2_000)); // warm-up: the connection, and code that is compiled
  process.send?.(await run(count));
  process.exit(0);
}

async function run(messages: number): Promise<Result> {
  const start = performance.now();
  if (pattern === 'ping-pong') {
    const times = ((await client?.pingPong?.(messages)) ?? []).sort((a, b) => a - b);
    const at = (share: number): number => (times[Math.floor(times.length * share)] ?? NaN) * 1000;
    return { perSecond: (messages / (performance.now() - start)) * 1000, p50: at(0.5), p99: at(0.99) };
  }
  const measured = client?.[pattern as 'unary'];
  if (measured === undefined) throw new Error(`${peer} has no pattern ${pattern}`);
  await measured(messages);
  return { perSecond: (messages / (performance.now() - start)) * 1000 };
}
