import type { Logger } from '@streamworks/common';
import type { Door, Position, PositionStore } from './position-store.js';

/** How far users have read: kept in memory, and stored a moment later, so that a message costs no commit of its own. */
export interface Positions {
  /** Undefined where the user has never read through the door. */
  read(reader: string, door: Door): Promise<bigint | undefined>;
  /** Notes that the user has read up to a sequence; one that is not further than the last is nothing new. */
  advance(reader: string, door: Door, sequence: bigint): void;
  /** Stores what has not been stored yet. */
  close(): Promise<void>;
}

const SAVE_MS = 50;
const RETRY_MS = 1_000;

export function createPositions(store: PositionStore, log: Logger): Positions {
  const unsaved = new Map<string, Position>();
  let timer: NodeJS.Timeout | undefined;
  /** Resolves with whether it has gone well. */
  let saving: Promise<boolean> | undefined;
  const toKey = (reader: string, door: Door): string => `${door} ${reader}`;

  async function save(): Promise<boolean> {
    timer = undefined;
    const positions = [...unsaved.values()];
    let isStored = false;
    try {
      await store.save(positions);
      for (const position of positions) {
        const key = toKey(position.reader, position.door);
        if (unsaved.get(key) === position) unsaved.delete(key);
      }
      isStored = true;
    } catch (error) {
      log.warn({ err: error, count: positions.length }, 'positions cannot be stored: it is tried again');
    }
    saving = undefined;
    if (unsaved.size > 0) schedule(isStored ? SAVE_MS : RETRY_MS);
    return isStored;
  }

  function schedule(ms: number): void {
    if (timer !== undefined || saving !== undefined) return;
    timer = setTimeout(() => {
      saving = save();
    }, ms);
  }

  return {
    async read(reader, door) {
      const key = toKey(reader, door);
      const known = unsaved.get(key);
      const stored = await store.read(reader, door);
      const latest = [known, unsaved.get(key)].map((position) => position?.sequence ?? 0n);
      const most = [stored ?? 0n, ...latest].reduce((one, other) => (one > other ? one : other));
      return stored === undefined && most === 0n ? undefined : most;
    },
    advance(reader, door, sequence) {
      const key = toKey(reader, door);
      if ((unsaved.get(key)?.sequence ?? 0n) >= sequence) return;
      unsaved.set(key, { reader, door, sequence });
      schedule(SAVE_MS);
    },
    async close() {
      clearTimeout(timer);
      const isFailing = (await saving) === false;
      clearTimeout(timer);
      // A database that has just had its time, and has not answered, is not waited for again.
      if (unsaved.size > 0 && !isFailing) await save();
      clearTimeout(timer);
    },
  };
}
