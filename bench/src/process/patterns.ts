import type { BenchClient } from '../peers/bench-client.js';
import { prepareFanOut } from './fan-out.js';
import type { ClientJob } from './messages.js';
import { checkSummary, type PreparedPattern } from './prepared-pattern.js';

/** Calls that are open at once in the unary pattern. */
const UNARY_CONCURRENCY = 64;

/** Opens what the pattern needs before it can be measured. */
export async function preparePattern(job: ClientJob, client: BenchClient): Promise<PreparedPattern> {
  const payload = job.payloadBytes === 0 ? undefined : Buffer.alloc(job.payloadBytes, 1);
  switch (job.pattern) {
    case 'server-streaming':
      return async (count) => void (await client.serverStreaming({ count, payload }));
    case 'client-streaming':
      return async (count) => void checkSummary(await client.clientStreaming({ count, payload }), count);
    case 'bidi':
      return async (count) => void (await client.bidi({ count, payload }));
    case 'ping-pong':
      return (count) => pingPong(client, count, payload);
    case 'unary':
      return (count) => callAtOnce(client, count, payload);
    case 'fan-out':
      return prepareFanOut(client, { payload, subscribers: job.subscribers });
    default:
      throw new Error(`${job.pattern} is no pattern of messages`);
  }
}

function checkAnswer(answer: number, number: number): void {
  if (answer !== number) throw new Error(`expected the answer ${number}, got ${answer}`);
}

async function pingPong(client: BenchClient, count: number, payload: Buffer | undefined): Promise<number[]> {
  const { roundTrip, end } = client.openRoundTrips();
  const times: number[] = [];
  for (let number = 0; number < count; number += 1) {
    await new Promise(setImmediate); // what the last one left to do is done
    const start = performance.now();
    const answer = await roundTrip({ number, payload });
    times.push(performance.now() - start);
    checkAnswer(answer, number);
  }
  await end();
  return times;
}

async function callAtOnce(client: BenchClient, count: number, payload: Buffer | undefined): Promise<undefined> {
  let next = 0;
  const callInTurn = async (): Promise<void> => {
    while (next < count) {
      const number = next;
      next += 1;
      checkAnswer(await client.unary({ number, payload }), number);
    }
  };
  await Promise.all(Array.from({ length: UNARY_CONCURRENCY }, callInTurn));
}
