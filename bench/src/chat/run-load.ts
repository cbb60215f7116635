import { createClient } from '@streamworks/common';
import { until } from '@streamworks/common/testing';
import { ChatService } from '@streamworks/proto/chat/chat';
import { startListener, type Tally } from './listener.js';
import type { LoadServer, ServerUsage } from './load-server.js';
import { createSampledContract } from './sampled-contract.js';
import { startSpeaker } from './speaker.js';
import { startStoppedMember, type ComeBack } from './stopped-member.js';

/** What is to be done. */
export interface LoadPlan {
  readonly users: number;
  readonly rooms: number;
  readonly rate: number;
  readonly seconds: number;
  /** Members besides the users, who stop to read. */
  readonly slow: number;
  readonly size: number;
  readonly connections: number;
}

/** What came of it. */
export interface LoadResult {
  readonly seconds: number;
  /** Messages that were stored. */
  readonly stored: number;
  readonly deliveries: number;
  /** In milliseconds, in no order. */
  readonly latencies: readonly number[];
  /** Deliveries that did not come to users. */
  readonly lost: number;
  readonly slow: readonly ComeBack[];
  readonly before: ServerUsage | undefined;
  readonly after: ServerUsage | undefined;
}

const LIMIT_MS = 60_000;

/** Fills rooms, speaks in them, and counts what arrives. */
export async function runLoad(server: LoadServer, plan: LoadPlan): Promise<LoadResult> {
  const { target } = server;
  const tally: Tally = { deliveries: 0, latencies: [] };
  const clients = Array.from({ length: plan.connections }, () => createClient(createSampledContract(), target));
  const ownClient = () => createClient(ChatService, target);
  const speakerClient = ownClient();
  // Those who stop have connections of their own: one that is full would be the others' delay, too.
  const slowClients = Array.from({ length: plan.slow }, ownClient);
  const toRoom = (index: number): string => `room ${index % plan.rooms}`;
  const listeners = Array.from({ length: plan.users }, (_, index) => {
    const options = { user: `user ${index}`, room: toRoom(index), tally };
    return { room: options.room, listener: startListener(clients[index % clients.length] ?? ownClient(), options) };
  });
  const slow = slowClients.map((client, index) => ({
    room: toRoom(index),
    member: startStoppedMember(client, { user: `slow ${index}`, room: toRoom(index) }),
  }));
  await Promise.all([...listeners.map((one) => one.listener.joined), ...slow.map((one) => one.member.joined)]);
  const before = await server.readUsage();
  const start = performance.now();
  const speakers = Array.from({ length: plan.rooms }, (_, index) => {
    const room = toRoom(index);
    const inRoom = listeners.filter((one) => one.room === room);
    const heard = (): number => Math.min(...inRoom.map(({ listener }) => listener.count));
    const speaker = startSpeaker(speakerClient, { ...plan, rate: plan.rate / plan.rooms, room, heard });
    return { room, speaker };
  });
  const said = new Map<string, number>();
  let stored = 0;
  for (const { room, speaker } of speakers) {
    const count = await speaker.ended;
    said.set(room, count);
    stored += count;
  }
  const countLost = (): number =>
    listeners.reduce((lost, { room, listener }) => lost + Math.max(0, (said.get(room) ?? 0) - listener.count), 0);
  await until(() => countLost() === 0, LIMIT_MS).catch(() => undefined); // what is missing is counted
  const seconds = (performance.now() - start) / 1000;
  const after = await server.readUsage();
  const cameBack = await Promise.all(slow.map(({ room, member }) => member.comeBack(said.get(room) ?? 0, LIMIT_MS)));
  for (const { listener } of listeners) listener.stop();
  for (const client of [...clients, ...slowClients, speakerClient]) client.$close();
  const { deliveries, latencies } = tally;
  return { seconds, stored, deliveries, latencies, lost: countLost(), slow: cameBack, before, after };
}
