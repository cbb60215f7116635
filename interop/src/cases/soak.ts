import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@streamworks/common';
import type { TestService } from '@streamworks/proto/grpc/testing/test';
import { CaseFailure, expectSame } from '../expect.js';
import type { Peer, SoakOptions } from '../peer.js';

/** Many large unary calls, all over one connection. */
export async function rpcSoak({ tests, soak }: Peer): Promise<void> {
  await runSoak(soak, (call) => call(tests));
}

/** Many large unary calls, each over a connection of its own. */
export async function channelSoak({ connect, soak }: Peer): Promise<void> {
  await runSoak(soak, async (call) => {
    const client = connect();
    try {
      await call(client);
    } finally {
      client.$close();
    }
  });
}

type Call = (client: Client<typeof TestService>) => Promise<void>;

async function runSoak(soak: SoakOptions, iterate: (call: Call) => Promise<void>): Promise<void> {
  const { iterations, maxFailures, overallTimeoutMs, minIntervalMs, workers } = soak;
  const end = performance.now() + overallTimeoutMs;
  let left = iterations;
  const failures: string[] = [];
  const work = async (): Promise<void> => {
    while (left > 0 && performance.now() < end) {
      left -= 1;
      const pause = delay(minIntervalMs);
      await iterate((client) => callOnce(client, soak)).catch((error: unknown) => failures.push(String(error)));
      if (left > 0) await pause;
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  if (left > 0) throw new CaseFailure(`${left} of ${iterations} calls were left after ${overallTimeoutMs} ms`);
  if (failures.length > maxFailures) {
    throw new CaseFailure(`${failures.length} of ${iterations} calls failed, the first with: ${failures[0]}`);
  }
}

async function callOnce(
  { unaryCall }: Client<typeof TestService>,
  { requestSize, responseSize, maxLatencyMs }: SoakOptions,
): Promise<void> {
  const started = performance.now();
  const { payload } = await unaryCall({ responseSize, payload: { body: Buffer.alloc(requestSize) } });
  expectSame('the size of the payload', payload?.body.length, responseSize);
  const latencyMs = Math.round(performance.now() - started);
  if (latencyMs > maxLatencyMs) throw new CaseFailure(`a call took ${latencyMs} ms, more than ${maxLatencyMs}`);
}
