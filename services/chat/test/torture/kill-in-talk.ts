import { until, type ServiceProcess } from '@streamworks/common/testing';
import type { TestPostgres } from '@streamworks/storage/testing';
import { addCounts, judge, type Counts } from './judge.js';
import { startReader, startSender, startTalker, type Participant } from './participants.js';
import { createFolder, startChat } from './start-chat.js';

/** How services are killed while people talk. */
export interface KillPlan {
  readonly kills: number;
  /** How many talk in the room, and how many send to the hub. */
  readonly senders: number;
  /** With it: two instances on it, of which one is killed in turn, and every third time the database itself. */
  readonly postgres?: TestPostgres | undefined;
}

/** Between two kills there are so many acknowledgements at most. */
const MOST_ACKNOWLEDGED = 300;
const LIMIT_MS = 60_000;

/** Kills with SIGKILL, again and again, each time after a random number of acknowledgements. */
export async function killInTalk({ kills, senders, postgres }: KillPlan): Promise<Counts> {
  await using folder = await createFolder();
  const database = await postgres?.createDatabase();
  const env: Record<string, string> = database === undefined ? {} : { CHAT_DATABASE_URL: database };
  const services: ServiceProcess[] = [];
  for (let index = 0; index < (postgres === undefined ? 1 : 2); index += 1) {
    services.push(await startChat(folder.path, env));
  }
  const toTarget = (index: number) => {
    let calls = index;
    return () => services[(calls += 1) % services.length]?.target ?? ''; // the other one, the next time
  };
  const half = Math.ceil(senders / 2);
  const talkers = create(half, (index) => startTalker({ target: toTarget(index), user: `talker ${index}` }));
  const direct = create(half, (index) => startSender({ target: toTarget(index), user: `sender ${index}` }));
  const readers = [startReader('receive', toTarget(0)), startReader('chat', toTarget(1))];
  const writers = [...talkers, ...direct];
  const count = (): number => writers.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const enough = count() + Math.random() * MOST_ACKNOWLEDGED;
      await until(() => count() >= enough, LIMIT_MS);
      if (postgres !== undefined && kill % 3 === 2) await restart(postgres);
      else await replace(services, kill % services.length, () => folder.path, env);
    }
    const last = count();
    await until(() => count() > last + half, LIMIT_MS);
    await Promise.all(writers.map((writer) => writer.settle()));
    const inRoom = await judge(talkers, talkers);
    return addCounts(inRoom, await judge(direct, readers));
  } finally {
    await Promise.all([...writers, ...readers].map((participant) => participant.stop()));
    await Promise.all(services.map((service) => service[Symbol.asyncDispose]()));
  }
}

function create(count: number, start: (index: number) => Participant): Participant[] {
  return Array.from({ length: count }, (_, index) => start(index));
}

async function restart(postgres: TestPostgres): Promise<void> {
  await postgres.kill();
  await postgres.start();
}

/** On the same port: who talks comes back to it. */
async function replace(
  services: ServiceProcess[],
  index: number,
  folder: () => string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const service = services[index];
  if (service === undefined) return;
  service.kill('SIGKILL');
  await service.ended;
  services[index] = await startChat(folder(), { ...env, CHAT_PORT: String(service.port) });
}
