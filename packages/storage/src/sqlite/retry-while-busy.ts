import { setTimeout as delay } from 'node:timers/promises';

const RETRY_MS = 5;

/** SQLITE_BUSY: https://sqlite.org/rescode.html#busy */
const BUSY = 5;

/** Whether another program, or another connection, holds the lock of a file. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === BUSY;
}

/** Runs a statement, again and again while another program holds the file: SQLite itself would wait in this thread. */
export async function retryWhileBusy<Result>(statement: () => Result, limitMs: number): Promise<Result> {
  for (const start = performance.now(); ; await delay(RETRY_MS)) {
    try {
      return statement();
    } catch (error) {
      if (!isBusy(error) || performance.now() - start > limitMs) throw error;
    }
  }
}
