import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Logger } from '@streamworks/common';

/** So many bytes may go through buffers before those that are done with are freed: a millisecond each time. */
const STEP_BYTES = 2 * 2 ** 20;

type Collect = (options: { readonly type: 'minor' }) => void;

/**
 * Counts the bytes that have gone through buffers, and has V8 free those that are done with now and then. V8 does so when its
 * young generation is full, and where files go through a process nothing fills that but the handles of buffers: tens of MiB
 * wait to be freed, twice as many on a busy machine. Measured in docs/decisions. Buffers that are in use stay, of course: each
 * open download holds some. Without a collector, which the log is told once, nothing is freed early.
 */
export function createBufferCounter(
  log: Pick<Logger, 'warn'>,
  collect: Collect | null = findCollector(),
): (bytes: number) => void {
  if (collect === null) log.warn('this Node shows no gc: files go through it with some tens of MiB more memory');
  let counted = 0;
  return (bytes) => {
    counted += bytes;
    if (counted < STEP_BYTES) return;
    counted = 0;
    collect?.({ type: 'minor' });
  };
}

/**
 * What `node --expose-gc` shows as `gc`; a context that is made while the flag is set has it, too, and keeps it. Afterwards
 * the flag is as it was: no other context shows a `gc`.
 */
function findCollector(): Collect | null {
  const found: unknown = (globalThis as { gc?: unknown }).gc ?? showCollector();
  return typeof found === 'function' ? (found as Collect) : null; // this is how V8 has it
}

function showCollector(): unknown {
  setFlagsFromString('--expose-gc');
  try {
    return runInNewContext('globalThis.gc');
  } finally {
    setFlagsFromString('--no-expose-gc');
  }
}
