import { DatabaseSync } from '@photostructure/sqlite';
import { StartError } from '@streamworks/common';
import { assertWritable } from './locate-file.js';
import { isBusy } from './retry-while-busy.js';

/** Keeps other processes, and other openings in this one, away from a file. */
export interface ProcessLock {
  release(): void;
}

/**
 * Takes the lock of a file: one of the operating system on `FILE.lock`, which ends with the process however that ends. It is
 * not on the file itself, so that a backup or a command line can read it and write to it meanwhile. The path is the one behind all
 * links, the name what lines may name it. Throws a StartError where another process has it.
 */
export function lockFile(path: string, name: string): ProcessLock {
  assertWritable(`${path}.lock`);
  const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 });
  try {
    lock.exec('pragma journal_mode = memory; begin exclusive'); // it writes no file: a full disk stops no start
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new StartError(`the database ${name} is in use by another process: several need PostgreSQL`, {
      cause: error,
    });
  }
  return { release: () => lock.close() };
}
