import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@streamworks/common';
import type { ByteQuota } from './byte-quota.js';
import { isMissing } from './is-missing.js';
import { isOfEndedProcess, isOwn, toTemporaryName } from './upload-names.js';

/** An unfinished upload that has not changed for so long has no owner: each touches its own every few seconds. */
export const ABANDONED_MS = 5 * 60 * 1000;

/** What is unfinished and not being written by this process. */
export interface Leftovers {
  /**
   * Removes what no process writes any more, and counts in the quota what stays; resolves with how many uploads went. Those of
   * another process that runs stay: several may share a folder.
   */
  sweep(): Promise<number>;
  /** Takes over an upload of this process that could not be removed, with its bytes in the quota. */
  take(name: string, bytes: number): void;
}

export interface LeftoverOptions {
  /** The folder of all unfinished uploads. */
  readonly uploads: string;
  readonly quota: ByteQuota;
  readonly log: Pick<Logger, 'warn'>;
}

/** Looks after the unfinished uploads of a folder. Only `sweep` does anything. */
export function createLeftovers({ uploads, quota, log }: LeftoverOptions): Leftovers {
  /** Folders of this process that nobody writes to any more. */
  const taken = new Set<string>();
  let counted = 0;
  let sweeping: Promise<number> | undefined;

  async function sweepOnce(): Promise<number> {
    let removed = 0;
    let bytes = 0;
    const before = counted;
    const known = new Set(taken); // what is taken over meanwhile counts as it was given, until the next time
    for (const name of await readdir(uploads)) {
      if (isOwn(name) && !known.has(name)) continue; // it is being written, and counted there
      const found = await look(join(uploads, name));
      if (found === undefined) continue;
      try {
        const isOver = Date.now() - found.changedMs > ABANDONED_MS;
        if (known.has(name) || isOver || isOfEndedProcess(name)) {
          await remove(name);
          removed += 1;
          continue;
        }
      } catch (error) {
        if (isMissing(error)) continue; // somebody else was faster
        log.warn({ err: error, upload: name }, 'an unfinished upload cannot be removed');
      }
      bytes += found.bytes;
    }
    quota.give(before - bytes);
    counted += bytes - before;
    return removed;
  }

  /** Takes it from an owner who may live after all, in one step: he cannot make a file of what is half removed. */
  async function remove(name: string): Promise<void> {
    let own = name;
    if (!taken.has(name)) {
      own = toTemporaryName();
      await rename(join(uploads, name), join(uploads, own));
      taken.add(own);
    }
    await rm(join(uploads, own), { recursive: true, force: true });
    taken.delete(own);
  }

  return {
    sweep: () => (sweeping ??= sweepOnce().finally(() => (sweeping = undefined))),
    take(name, bytes) {
      taken.add(name);
      counted += bytes;
    },
  };
}

/** How many bytes an upload has, and when it last changed; undefined where it is gone. */
async function look(path: string): Promise<{ bytes: number; changedMs: number } | undefined> {
  const [folder, data] = await Promise.all([path, join(path, 'data')].map((each) => stat(each).catch(passOverMissing)));
  if (folder === undefined) return undefined;
  return { bytes: data?.size ?? 0, changedMs: Math.max(folder.mtimeMs, data?.mtimeMs ?? 0) };
}

function passOverMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}
