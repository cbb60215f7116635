import { createClient } from '@streamworks/common';
import { until } from '@streamworks/common/testing';
import { ChatService } from '@streamworks/proto/chat/chat';
import { startListener, type Tally } from './listener.js';
import { createSampledContract } from './sampled-contract.js';
import { readServerUsage, type ServerUsage } from './server-usage.js';
import { startSpeaker } from './speaker.js';

/** What is to be done. */
export interface LoadPlan {
  readonly users: number;
  readonly rooms: number;
  readonly rate: number;
  readonly seconds: number;
  readonly slow: number;
  readonly size: number;
  readonly connections: number;
}

/** Where. */
export interface LoadOptions extends LoadPlan {
  readonly target: string;
  /** The URL of its metrics; empty: they are not read. */
  readonly metrics: string;
}

/** What came of it. */
export interface LoadResult {
  readonly seconds: number;
  /** Messages that were stored. */
  readonly stored: number;
  readonly deliveries: number;
  /** In milliseconds, in no order. */
  readonly latencies: readonly number[];
  /** Deliveries that did not come to listeners who read. */
  readonly lost: number;
  /** What ended the calls of those who do not read. */
  readonly slowEnds: readonly string[];
  readonly before: ServerUsage | undefined;
  readonly after: ServerUsage | undefined;
}

const LIMIT_MS = 60_000;

/** A status that has been sent is read within this time. */
const SLOW_END_MS = 2_000;

/** Fills rooms, speaks in them, and counts what arrives. */
export async function runLoad({ target, metrics, ...plan }: LoadOptions): Promise<LoadResult> {
  const tally: Tally = { deliveries: 0, latencies: [] };
  const clients = Array.from({ length: plan.connections }, () => createClient(createSampledContract(), target));
  const speakerClient = createClient(ChatService, target);
  const clientOf = (index: number) => clients[index % clients.length] ?? speakerClient;
  const toRoom = (index: number): string => `room ${index % plan.rooms}`;
  const listeners = Array.from({ length: plan.users }, (_, index) => ({
    room: toRoom(index),
    isSlow: index < plan.slow,
    listener: startListener(clientOf(index), {
      user: `user ${index}`,
      room: toRoom(index),
      tally,
      isSlow: index < plan.slow,
    }),
  }));
  await Promise.all(listeners.map(({ listener }) => listener.joined));
  const before = await readServerUsage(metrics);
  const start = performance.now();
  const readers = listeners.filter(({ isSlow }) => !isSlow);
  const speakers = Array.from({ length: plan.rooms }, (_, index) => {
    const room = toRoom(index);
    const inRoom = readers.filter((one) => one.room === room);
    const heard = (): number => Math.min(...inRoom.map(({ listener }) => listener.count));
    const speaker = startSpeaker(speakerClient, { ...plan, rate: plan.rate / plan.rooms, room, heard });
    return { inRoom, speaker };
  });
  let [stored, expected] = [0, 0];
  for (const { inRoom, speaker } of speakers) {
    const said = await speaker.ended;
    stored += said;
    expected += said * inRoom.length;
  }
  await until(() => tally.deliveries >= expected, LIMIT_MS).catch(() => undefined); // what is missing is counted
  const seconds = (performance.now() - start) / 1000;
  const after = await readServerUsage(metrics);
  const slow = listeners.filter(({ isSlow }) => isSlow).map(({ listener }) => listener);
  for (const listener of slow) listener.resume();
  await until(() => slow.every(({ failure }) => failure !== undefined), SLOW_END_MS).catch(() => undefined); // the report says so
  for (const { listener } of listeners) listener.stop();
  for (const client of [...clients, speakerClient]) client.$close();
  const slowEnds = slow.map(({ failure }) => failure ?? 'was not ended');
  const { deliveries, latencies } = tally;
  return { seconds, stored, deliveries, latencies, lost: expected - deliveries, slowEnds, before, after };
}
