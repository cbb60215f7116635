import type { Client } from '@streamworks/common';
import type { TestService } from '@streamworks/proto/grpc/testing/test';
import { CaseFailure, expectSame } from '../expect.js';
import type { Peer, SoakOptions } from '../peer.js';
import { createSoakTurns } from './soak-turns.js';

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
  const turns = createSoakTurns(iterations, overallTimeoutMs);
  const failures: string[] = [];
  const work = async (): Promise<void> => {
    while (turns.take()) {
      const next = performance.now() + minIntervalMs;
      const call: Call = (client) => callOnce(client, soak, turns.toEnd());
      await iterate(call).catch((error: unknown) => failures.push(String(error)));
      await turns.waitUntil(next);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  if (turns.left > 0) {
    throw new CaseFailure(`${turns.left} of ${iterations} calls were left after ${overallTimeoutMs} ms`);
  }
  if (failures.length > maxFailures) {
    throw new CaseFailure(`${failures.length} of ${iterations} calls failed, the first with: ${failures[0]}`);
  }
}

async function callOnce(
  { unaryCall }: Client<typeof TestService>,
  { requestSize, responseSize, maxLatencyMs }: SoakOptions,
  timeoutMs: number,
): Promise<void> {
  const started = performance.now();
  const { payload } = await unaryCall({ responseSize, payload: { body: Buffer.alloc(requestSize) } }, { timeoutMs });
  expectSame('the size of the payload', payload?.body.length, responseSize);
  const latencyMs = Math.round(performance.now() - started);
  if (latencyMs > maxLatencyMs) throw new CaseFailure(`a call took ${latencyMs} ms, more than ${maxLatencyMs}`);
}
