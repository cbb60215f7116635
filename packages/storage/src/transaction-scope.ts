import { AsyncLocalStorage } from 'node:async_hooks';

const scope = new AsyncLocalStorage<{ open: boolean }>();

/** Runs the work of a transaction so that {@link refuseInTransaction} knows of it. */
export async function runAsTransaction<Result>(work: () => Promise<Result>): Promise<Result> {
  const state = { open: true };
  try {
    return await scope.run(state, work);
  } finally {
    state.open = false;
  }
}

/**
 * Throws inside of the work of a transaction. A query that takes a connection of its own there would wait for the transaction
 * that waits for it: on SQLite always, on PostgreSQL when the pool is used up.
 */
export function refuseInTransaction(): void {
  if (scope.getStore()?.open === true)
    throw new Error("inside of a transaction only the work's own handle may be used");
}
