import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So many bytes may go through buffers before those that are done with are freed: a millisecond each time. */
const STEP_BYTES = 2 * 2 ** 20;

type Collect = (options: { readonly type: 'minor' }) => void;

/**
 * Counts the bytes that have gone through buffers, and has V8 free those that are done with now and then. V8 does so when its
 * young generation is full, and where files go through a process nothing fills that but the handles of buffers: tens of MiB
 * wait to be freed, twice as many on a busy machine. Measured in docs/decisions.
 */
export function createBufferCounter(collect: Collect | undefined = findCollector()): (bytes: number) => void {
  let counted = 0;
  return (bytes) => {
    counted += bytes;
    if (counted < STEP_BYTES) return;
    counted = 0;
    collect?.({ type: 'minor' });
  };
}

/** What `node --expose-gc` shows as `gc`; a context that is made after the flag is set has it, too. */
function findCollector(): Collect | undefined {
  setFlagsFromString('--expose-gc');
  return runInNewContext('globalThis.gc') as Collect | undefined;
}
