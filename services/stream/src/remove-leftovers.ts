import { opendir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** An upload of another machine that has not changed for so long is of a process that is no more. */
const ABANDONED_MS = 60 * 60 * 1000;

const SEPARATOR = '@';

/** The name of a temporary folder, which tells whose it is. */
export function toTemporaryName(random: string): string {
  return [random, process.pid, hostname()].join(SEPARATOR);
}

/**
 * Removes the temporary folders of processes that are no more; resolves with how many they were. Those of another process that
 * runs stay: several may share a folder.
 */
export async function removeLeftovers(uploads: string): Promise<number> {
  let count = 0;
  for await (const { name } of await opendir(uploads)) {
    const path = join(uploads, name);
    if (!(await isLeftover(name, path))) continue;
    await rm(path, { recursive: true, force: true });
    count += 1;
  }
  return count;
}

async function isLeftover(name: string, path: string): Promise<boolean> {
  const [, pid = '', host] = name.split(SEPARATOR);
  if (host === hostname()) return !isOtherProcess(Number(pid));
  const times = [path, join(path, 'data')].map(async (each) => (await stat(each)).mtimeMs);
  const changed = (await Promise.allSettled(times)).map((time) => (time.status === 'fulfilled' ? time.value : 0));
  return Date.now() - Math.max(...changed) > ABANDONED_MS;
}

/** Whether it is a process of this machine that runs, and not this one: that has begun nothing yet. */
function isOtherProcess(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0); // sends nothing
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
