import type { TortureOptions, TortureRow } from '@streamworks/common/testing';
import { startPostgres } from '@streamworks/storage/testing';
import { killInTalk, type KillPlan } from './kill-in-talk.js';

/** A start and a kill take as long as so many calls. */
const CALLS_OF_A_KILL = 50;
const SENDERS = 20;

/** What was echoed or counted reaches every feed and every member who resumes: once, in one order. */
export async function* tortureTalk({ count, isWanted }: TortureOptions): AsyncGenerator<TortureRow> {
  const kills = Math.ceil(count / CALLS_OF_A_KILL);
  const sqlite = 'chat on SQLite, SIGKILL while people talk';
  if (isWanted(sqlite)) yield { name: sqlite, ...(await kill({ kills, senders: SENDERS })) };
  const several = 'chat on PostgreSQL, SIGKILL of one of two instances, and of the database';
  if (isWanted(several)) {
    await using postgres = await startPostgres();
    yield { name: several, ...(await kill({ kills, senders: SENDERS, postgres })) };
  }
}

async function kill(plan: KillPlan): Promise<Omit<TortureRow, 'name'>> {
  const counts = await killInTalk(plan);
  const isWrong = counts.lost + counts.doubled + counts.disordered > 0;
  return {
    figures: { kills: plan.kills, ...counts },
    ...(isWrong && { fault: 'a message was lost or doubled, or came in another order' }),
  };
}
