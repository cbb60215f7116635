import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { toStorageError } from '../driver-error.js';
import type { LoopShare } from './loop-share.js';
import { createTurns } from './turns.js';

/** How often it is tried to write while another program, such as a backup, does. */
const BUSY_RETRY_MS = 5;

/**
 * The one who writes to a file. A commit waits for the disk, and holds the event loop meanwhile; so what is changed in one turn
 * of the loop is committed together, at its end. Changes follow one another and never mix: each is whole or undone by
 * itself, and nobody hears of its success before the common commit.
 */
export interface Writer {
  /** Resolves when changes can be made: between this and `leave` or `abandon` nobody else makes any. */
  enter(): Promise<void>;
  /** Ends changes that are to stay; resolves when they are on disk. */
  leave(): Promise<void>;
  /** Ends changes that have been undone, or could not be made because of the error. */
  abandon(error: unknown): void;
  /** Resolves when everything that was under way has been committed. */
  close(): Promise<void>;
}

interface Member {
  resolve(): void;
  reject(error: unknown): void;
}

export interface WriterOptions {
  readonly file: DatabaseSyncInstance;
  readonly share: LoopShare;
  /** How long to wait for another program that writes. */
  readonly busyMs: number;
}

export function createWriter({ file, share, busyMs }: WriterOptions): Writer {
  const turns = createTurns();
  let group: Member[] | undefined;
  let inside = false;
  let due = false;

  function end(settle: (member: Member) => void): void {
    const members = group ?? [];
    group = undefined;
    due = false;
    for (const member of members) settle(member);
  }

  function commit(): void {
    if (group === undefined) return;
    try {
      share.spend(() => file.exec('commit'));
    } catch (error) {
      if (file.isTransaction) file.exec('rollback');
      const failure = toStorageError(error);
      return end((member) => member.reject(failure));
    }
    end((member) => member.resolve());
  }

  async function begin(): Promise<void> {
    for (const start = performance.now(); ; await delay(BUSY_RETRY_MS)) {
      try {
        file.exec('begin immediate');
        break;
      } catch (error) {
        if (!isBusy(error) || performance.now() - start > busyMs) throw toStorageError(error);
      }
    }
    group = [];
    setImmediate(() => {
      if (inside) due = true;
      else commit();
    });
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
        await share.take();
        if (group === undefined) await begin();
        inside = true;
      } catch (error) {
        turns.pass();
        throw error;
      }
    },
    leave() {
      const committed = new Promise<void>((resolve, reject) => group?.push({ resolve, reject }));
      step();
      return committed;
    },
    abandon(error) {
      // A full disk, for one, makes SQLite undo the whole group.
      if (!file.isTransaction) end((member) => member.reject(toStorageError(error)));
      step();
    },
    async close() {
      await turns.take();
      commit();
      turns.pass();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}
