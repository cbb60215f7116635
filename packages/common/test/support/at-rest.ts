import { setTimeout as wait } from 'node:timers/promises';

/** A value that has to stay the same for so long before it counts as at rest. */
const REST_MS = 60;

/** Waits until a figure has risen above 0 and rises no more, and gives it. Rejects where it goes on for ever. */
export async function atRest(read: () => number, limitMs = 10_000): Promise<number> {
  const end = Date.now() + limitMs;
  let last = read();
  for (let since = Date.now(); last === 0 || Date.now() - since < REST_MS;) {
    if (Date.now() > end) throw new Error(`still rising at ${last} after ${limitMs} ms`);
    await wait(5);
    const current = read();
    if (current !== last) since = Date.now();
    last = current;
  }
  return last;
}
