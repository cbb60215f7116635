import { spawnSync } from 'node:child_process';
import type { TortureOptions, TortureRow } from '@streamworks/common/testing';
import { killInChat } from './kill-in-chat.js';
import { traceReplies } from './trace-replies.js';

/** A start and a kill take as long as so many calls. */
const CALLS_OF_A_KILL = 50;
const CLIENTS = 8;
const TRACED_NOTES = 300;

/** A note that somebody has got back is never lost, and each location has one order. */
export async function* tortureNotes({ count, isWanted }: TortureOptions): AsyncGenerator<TortureRow> {
  const killed = 'SQLite, SIGKILL while notes are stored';
  if (isWanted(killed)) {
    const kills = Math.ceil(count / CALLS_OF_A_KILL);
    const counts = await killInChat({ kills, clients: CLIENTS });
    const isWrong = counts.lost + counts.disordered > 0;
    yield {
      name: killed,
      figures: { kills, ...counts },
      ...(isWrong && { fault: 'a note was lost, or the order has changed' }),
    };
  }
  const traced = 'SQLite, the disk before each reply, by its system calls';
  if (isWanted(traced)) yield { name: traced, ...(await trace()) };
}

async function trace(): Promise<Omit<TortureRow, 'name'>> {
  if (!hasStrace()) return { figures: { skipped: 'no strace that may trace' } };
  const counts = await traceReplies(TRACED_NOTES);
  const isWrong = counts.early > 0 || counts.replies < TRACED_NOTES;
  return { figures: { ...counts }, ...(isWrong && { fault: 'a reply went out before its note was on disk' }) };
}

/** Whether system calls can be traced here: strace may be missing, or not be allowed to. */
export function hasStrace(): boolean {
  return spawnSync('strace', ['-f', '-o', '/dev/null', process.execPath, '--version']).status === 0;
}
