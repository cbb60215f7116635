import { randomInt } from 'node:crypto';
import { CallError, createClient, type Client } from '@streamworks/common';
import { until } from '@streamworks/common/testing';
import { StreamService, type User } from '@streamworks/proto/stream_service';
import { createFolder } from './create-folder.js';
import type { KillPlan } from './kill-in-uploads.js';
import { startStream } from './start-stream.js';

/** What came of killing a service while clients import users. */
export interface ImportKillCounts {
  /** Users of imports that were answered. */
  readonly acknowledged: number;
  /** Of those, how many were not there after the kills. */
  readonly lost: number;
  /** Users of imports that a kill broke off, who were there all the same. */
  readonly written: number;
  /** Users who were there twice after all imports were sent once more, or were refused then. */
  readonly twice: number;
}

const MOST_USERS = 600;
const MOST_ACKNOWLEDGED = 10;
const LIMIT_MS = 30_000;

interface Import {
  readonly users: readonly User[];
  isAcknowledged: boolean;
}

/** Kills a service with SIGKILL while clients import, each time after a random number of imports; then sends all of them again. */
export async function killInImports({ kills, clients }: KillPlan): Promise<ImportKillCounts> {
  await using folder = await createFolder();
  const imports: Import[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    await using service = await startStream(folder.path);
    const begun = imports.length;
    const ended = Array.from({ length: clients }, () => importUntilLost(service.target, imports));
    const enough = randomInt(MOST_ACKNOWLEDGED);
    await until(() => imports.slice(begun).filter((each) => each.isAcknowledged).length >= enough, LIMIT_MS);
    service.kill('SIGKILL');
    await Promise.all([service.ended, ...ended]);
  }
  await using service = await startStream(folder.path);
  const client = createClient(StreamService, service.target);
  const there = await readEmails(client);
  const acknowledged = imports.filter((each) => each.isAcknowledged).flatMap(({ users }) => users);
  const others = imports.filter((each) => !each.isAcknowledged).flatMap(({ users }) => users);
  const before = new Set(there);
  const { refused } = await sendAgain(client, imports);
  const after = await readEmails(client);
  client.$close();
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter(({ email }) => !before.has(email)).length,
    written: others.filter(({ email }) => before.has(email)).length,
    twice: refused + after.length - acknowledged.length - others.length,
  };
}

async function importUntilLost(target: string, imports: Import[]): Promise<void> {
  const client = createClient(StreamService, target);
  try {
    for (;;) {
      const number = imports.length;
      const users = Array.from({ length: randomInt(1, MOST_USERS) }, (_, index) => ({
        id: 0,
        name: `Person ${index}`,
        email: `person${index}@import${number}.example`,
      }));
      const own: Import = { users, isAcknowledged: false };
      imports.push(own);
      const { created } = await client.createUsers(users);
      if (created !== BigInt(users.length)) throw new Error(`${created} of ${users.length} were created`);
      own.isAcknowledged = true;
    }
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
  } finally {
    client.$close();
  }
}

async function sendAgain(client: Client<typeof StreamService>, imports: readonly Import[]) {
  let refused = 0;
  for (const { users, isAcknowledged } of imports) {
    const { created, unchanged } = await client.createUsers(users);
    refused += users.length - Number(created + unchanged);
    if (isAcknowledged) refused += Number(created); // they were there already
  }
  return { refused };
}

async function readEmails(client: Client<typeof StreamService>): Promise<string[]> {
  const emails: string[] = [];
  for await (const { email } of client.getUserList({ pageSize: 1000 })) emails.push(email);
  return emails;
}
