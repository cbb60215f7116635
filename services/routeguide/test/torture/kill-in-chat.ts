import { until } from '@streamworks/common/testing';
import { isPrefix, readMessages, startChatter, type Chatter } from './chatter.js';
import { createFolder, startRouteguide } from './start-routeguide.js';

/** How a service is killed while clients leave notes. */
export interface KillPlan {
  readonly kills: number;
  /** How many clients there are at a time, at two points. */
  readonly clients: number;
}

/** What came of it. */
export interface KillCounts {
  /** Notes that somebody had got back before the kill: they count as stored. */
  readonly acknowledged: number;
  /** Notes that were there after the kill. */
  readonly stored: number;
  /** Acknowledged ones that were not. */
  readonly lost: number;
  /** Replays, before a kill, that were not the beginning of what was there after it. */
  readonly disordered: number;
}

const MOST_REPLAYS = 200;
const LIMIT_MS = 30_000;

/** Kills a service with SIGKILL, again and again, each time after a random number of replies. */
export async function killInChat({ kills, clients }: KillPlan): Promise<KillCounts> {
  await using folder = await createFolder();
  const counts = { acknowledged: 0, stored: 0, lost: 0, disordered: 0 };
  let chatters: readonly Chatter[] = [];
  for (let kill = 0; kill <= kills; kill += 1) {
    await using service = await startRouteguide(folder.path, { ROUTEGUIDE_NOTES_PER_POINT: '1000000' });
    for (const location of new Set(chatters.map((chatter) => chatter.location))) {
      const there = chatters.filter((chatter) => chatter.location === location);
      judge(there, await readMessages(service.target, location), counts);
    }
    if (kill === kills) break;
    const points = [0, 1].map((longitude) => ({ latitude: kill, longitude }));
    chatters = Array.from({ length: clients }, (_, index) => {
      const location = points[index % 2] ?? { latitude: kill, longitude: 0 };
      return startChatter({ target: service.target, location, name: `${kill}-${index}`, waits: index % 4 < 2 });
    });
    const enough = Math.random() * MOST_REPLAYS;
    await until(() => countReplays(chatters) >= enough, LIMIT_MS);
    service.kill('SIGKILL');
    await Promise.all([service.ended, ...chatters.map(({ ended }) => ended)]);
  }
  return counts;
}

function countReplays(chatters: readonly Chatter[]): number {
  return chatters.reduce((sum, { replays }) => sum + replays.length, 0);
}

function judge(
  chatters: readonly Chatter[],
  stored: readonly string[],
  counts: { -readonly [Name in keyof KillCounts]: number },
): void {
  const seen = chatters.flatMap(({ replays, rest }) => [...replays, rest]);
  const acknowledged = new Set(seen.flat());
  const there = new Set(stored);
  counts.acknowledged += acknowledged.size;
  counts.stored += there.size - 1; // the reader's own
  counts.lost += [...acknowledged].filter((message) => !there.has(message)).length;
  counts.disordered += seen.filter((messages) => !isPrefix(messages, stored)).length;
}
