/** Stops what it was given for. Does nothing the second time. */
export type Stop = () => void;

/** Who listens on which channel. */
export interface Channels {
  readonly names: Iterable<string>;
  add(channel: string, listener: () => void): Stop;
  /** Calls those who listen on the channel. */
  wake(channel: string): void;
  wakeAll(): void;
}

/** A name of PostgreSQL that needs no quotes, and that it does not cut. */
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** Throws a TypeError for a channel that is none: it has a name of the program, and never one from a request. */
export function assertChannel(channel: string): void {
  if (!NAME.test(channel)) throw new TypeError(`${JSON.stringify(channel)} is no name of a channel: ${NAME.source}`);
}

export function createChannels(): Channels {
  const listeners = new Map<string, Set<{ readonly call: () => void }>>();

  function wake(channel: string): void {
    for (const { call } of listeners.get(channel) ?? []) call();
  }

  return {
    get names() {
      return listeners.keys();
    },
    add(channel, call) {
      assertChannel(channel);
      const entry = { call }; // the same function may listen twice
      const others = listeners.get(channel);
      if (others === undefined) listeners.set(channel, new Set([entry]));
      else others.add(entry);
      return () => {
        const remaining = listeners.get(channel);
        if (remaining?.delete(entry) === true && remaining.size === 0) listeners.delete(channel);
      };
    },
    wake,
    wakeAll() {
      for (const channel of listeners.keys()) wake(channel);
    },
  };
}
