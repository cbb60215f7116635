/** A map of at most so many keys: one more, and the one that was not used for the longest time is gone. */
export interface BoundedMap<Key, Value> {
  /** The value, which counts as a use of its key. */
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  readonly size: number;
}

/** An entry, in a ring of all entries in the order of their use. */
interface Entry<Key, Value> {
  readonly key: Key;
  value: Value;
  older: Entry<Key, Value>;
  newer: Entry<Key, Value>;
}

/**
 * Makes a {@link BoundedMap}. The order is not that of the Map, as it is in the usual few lines: a key that is deleted
 * and set again stays in V8's table until that is rebuilt, and a key in constant use takes tens of microseconds then.
 */
export function createBoundedMap<Key, Value>(maxKeys: number): BoundedMap<Key, Value> {
  const entries = new Map<Key, Entry<Key, Value>>();
  let newest: Entry<Key, Value> | undefined;

  const use = (entry: Entry<Key, Value>): void => {
    if (newest === undefined || entry === newest) {
      newest = entry;
      return;
    }
    entry.older.newer = entry.newer;
    entry.newer.older = entry.older;
    entry.older = newest;
    entry.newer = newest.newer;
    entry.newer.older = entry;
    newest.newer = entry;
    newest = entry;
  };
  const dropOldest = (newest: Entry<Key, Value>): void => {
    const oldest = newest.newer; // the ring closes here
    oldest.newer.older = newest;
    newest.newer = oldest.newer;
    entries.delete(oldest.key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      use(entry);
      return entry.value;
    },
    set(key, value) {
      let entry = entries.get(key);
      if (entry === undefined) entries.set(key, (entry = createEntry(key, value)));
      entry.value = value;
      use(entry);
      if (entries.size > maxKeys) dropOldest(entry);
    },
    get size() {
      return entries.size;
    },
  };
}

/** An entry that is a ring by itself. */
function createEntry<Key, Value>(key: Key, value: Value): Entry<Key, Value> {
  const entry = { key, value } as Entry<Key, Value>; // whole with the next line
  entry.older = entry.newer = entry;
  return entry;
}
