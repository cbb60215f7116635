import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The folder that keeps what has been built, from one run to the next: this user's alone, as programs are run from it. */
export function toCacheFolder(name: string): string {
  // oxlint-disable-next-line node/no-process-env -- the place of a user's caches is no setting of ours
  const caches = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(caches, 'streamworks-interop', name);
}

/**
 * Builds what the folder is to hold, unless it is there: it appears when all of it has been built. Gives undefined, or
 * what went wrong. Two runs at once build it twice, and one of them is kept.
 */
export async function buildOnce(
  folder: string,
  build: (unfinished: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  if (existsSync(folder)) return undefined;
  mkdirSync(dirname(folder), { recursive: true });
  const unfinished = mkdtempSync(`${folder}-`);
  try {
    const problem = await build(unfinished);
    if (problem === undefined) keep(unfinished, folder);
    return problem;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function keep(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    // Another run was first.
    if (!existsSync(folder)) throw error;
  }
}
