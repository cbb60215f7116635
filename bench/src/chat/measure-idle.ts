import { createClient, Metadata, type Client } from '@streamworks/common';
import { until } from '@streamworks/common/testing';
import { ChatService } from '@streamworks/proto/chat/chat';
import { startListener, type Tally } from './listener.js';
import { startOurChat, startPlainChat, type LoadServer } from './load-server.js';
import type { LoadPlan } from './run-load.js';

const LIMIT_MS = 60_000;

/** What members cost who are there and hear nothing; then each hears one message, which shows that they are there. */
export async function measureIdle(plan: LoadPlan, print: (line: string) => void): Promise<void> {
  print(`${plan.users} idle members in ${plan.rooms} rooms, ${plan.connections} connections`);
  for (const [title, start] of [['ours', startOurChat] as const, ['plain grpc-js', startPlainChat] as const]) {
    await using server = await start();
    const { before, after, heard } = await measure(server, plan);
    const toMebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
    const each = ((after - before) / plan.users / 1024).toFixed(1);
    print(
      `${title.padEnd(14)} ${toMebibytes(before)} MiB without them, ${toMebibytes(after)} MiB with them: ${each} KiB each; ${heard} have heard one message`,
    );
  }
}

async function measure(server: LoadServer, { users, rooms, connections }: LoadPlan) {
  const before = await readMemory(server);
  const tally: Tally = { deliveries: 0, latencies: [] };
  const clients = Array.from({ length: connections }, () => createClient(ChatService, server.target));
  const listeners = Array.from({ length: users }, (_, index) => {
    const options = { user: `user ${index}`, room: `room ${index % rooms}`, tally };
    return startListener(clients[index % connections] as (typeof clients)[number], options); // the index is within
  });
  await Promise.all(listeners.map(({ joined }) => joined));
  const after = await readMemory(server);
  const speaking = createClient(ChatService, server.target);
  for (let room = 0; room < rooms; room += 1) await sayOnce(speaking, `room ${room}`);
  await until(() => tally.deliveries >= users, LIMIT_MS).catch(() => undefined); // the count says so
  for (const listener of listeners) listener.stop();
  for (const client of [...clients, speaking]) client.$close();
  return { before, after, heard: tally.deliveries };
}

async function sayOnce(client: Client<typeof ChatService>, roomId: string): Promise<void> {
  const metadata = new Metadata();
  metadata.set('user-id', 'speaker');
  metadata.set('room-id', roomId);
  for await (const _ of client.chat([{ roomId, content: '0' }], { metadata })) continue; // until its end
}

async function readMemory(server: LoadServer): Promise<number> {
  return (await server.readUsage())?.residentBytes ?? NaN;
}
