import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { StatusError } from '@streamworks/common';
import { toStorageError } from '../driver-error.js';
import type { LoopShare } from './loop-share.js';
import { retryWhileBusy } from './retry-while-busy.js';
import { createTurns } from './turns.js';

/**
 * The one who writes to a file. A commit waits for the disk, and holds the event loop meanwhile; so what is changed in one turn
 * of the loop is committed together, at its end. Changes follow one another and never mix: each is whole or undone by
 * itself, and nobody hears how it went before the common commit.
 */
export interface Writer {
  /** Resolves when changes can be made: between this and `leave` or `abandon` nobody else makes any. */
  enter(): Promise<void>;
  /** Ends changes that are to stay; resolves when they are on disk. */
  leave(): Promise<void>;
  /**
   * Ends changes that have been undone, or could not be made because of the error. Resolves when everything that they may
   * have seen is on disk, and rejects where it will not be: "it is there already" must not be said before it is.
   */
  abandon(error: unknown): Promise<void>;
  /** Undoes everything that waits for the same commit, because of the error; `abandon` comes after it. */
  undoAll(error: unknown): void;
  /** Resolves when everything that was under way has ended. */
  close(): Promise<void>;
}

interface Member {
  resolve(): void;
  reject(error: unknown): void;
}

export interface WriterOptions {
  readonly file: DatabaseSyncInstance;
  readonly share: LoopShare;
  /** How long to wait for another program that writes, and for somebody's changes to end. */
  readonly busyMs: number;
  /** Throws when the database has been closed. */
  readonly assertOpen: () => void;
}

export function createWriter({ file, share, busyMs, assertOpen }: WriterOptions): Writer {
  const turns = createTurns(busyMs);
  /** Who waits for the common commit; undefined where no transaction is open. */
  let group: Member[] | undefined;
  let inside = false;
  let due = false;

  async function begin(): Promise<void> {
    await retryWhileBusy(() => {
      rollback();
      file.exec('begin immediate');
    }, busyMs);
    group = [];
    setImmediate(() => {
      if (inside) due = true;
      else commit();
    });
  }

  function commit(): void {
    if (group === undefined) return;
    try {
      share.spend(() => file.exec('commit'));
    } catch (error) {
      undoAll(error);
      return;
    }
    end((member) => member.resolve());
  }

  /** A full disk, for one, makes SQLite undo the whole by itself. */
  function rollback(): void {
    if (file.isTransaction) file.exec('rollback');
  }

  function undoAll(error: unknown): void {
    try {
      rollback();
    } catch {
      // Whoever waits hears of the first error; nobody can commit what is left, as the next changes undo it before they begin.
    }
    fail(error);
  }

  function fail(error: unknown): void {
    const failure = toStorageError(error);
    end((member) => member.reject(failure));
  }

  function end(settle: (member: Member) => void): void {
    const members = group ?? [];
    group = undefined;
    due = false;
    for (const member of members) settle(member);
  }

  /** Not where SQLite has undone the whole, or the file has been closed. */
  function isUnderWay(): boolean {
    return file.isOpen && file.isTransaction;
  }

  function untilCommitted(): Promise<void> {
    return new Promise((resolve, reject) => group?.push({ resolve, reject }));
  }

  function step(): void {
    inside = false;
    if (due) commit();
    turns.pass();
  }

  return {
    async enter() {
      await turns.take();
      try {
        await share.run(assertOpen);
        if (group === undefined) await begin();
        inside = true;
      } catch (error) {
        turns.pass();
        throw toStorageError(error);
      }
    },
    leave() {
      const committed = untilCommitted();
      step();
      return committed;
    },
    abandon(error) {
      if (!isUnderWay()) fail(error);
      const seen = group === undefined || group.length === 0 ? Promise.resolve() : untilCommitted();
      step();
      return seen;
    },
    undoAll,
    async close() {
      try {
        await turns.take();
        commit();
        turns.pass();
      } catch {
        // Changes that do not end are undone when the file is closed, and those that wait for the same commit with them.
        fail(new StatusError('UNAVAILABLE', 'the database is closed'));
      }
    },
  };
}
