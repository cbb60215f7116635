import type { Load } from './bench-client.js';

/** Checks a stream of messages while it is read. */
export interface Tally {
  /** Throws where the message is not the next one, or has another payload than was asked for. */
  readonly add: (number: number, payloadBytes: number) => void;
  /** Throws where messages are missing. */
  readonly check: () => void;
}

/** Creates the tally of a stream that carries messages 0 to count - 1. */
export function createTally({ count, payload }: Load): Tally {
  const expectedBytes = payload?.length ?? 0;
  let next = 0;
  return {
    add(number, payloadBytes) {
      if (number !== next) throw new Error(`expected message ${next}, got ${number}`);
      if (payloadBytes !== expectedBytes) throw new Error(`expected ${expectedBytes} bytes, got ${payloadBytes}`);
      next += 1;
    },
    check() {
      if (next !== count) throw new Error(`expected ${count} messages, got ${next}`);
    },
  };
}
