import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBoundedMap } from './bounded-map.js';

describe('createBoundedMap', () => {
  it('loses the key that was not used for the longest time', () => {
    const map = createBoundedMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([1, undefined, 3, 2]);
  });

  it('replaces the value of a key', () => {
    const map = createBoundedMap<string, number>(2);
    map.set('a', 1);
    map.set('a', 2);
    expect([map.get('a'), map.size]).toEqual([2, 1]);
  });

  it('holds the keys that were used last, and no more of them than it may', () => {
    const operation = fc.tuple(fc.constantFrom('get', 'set'), fc.nat({ max: 9 }));
    fc.assert(
      fc.property(fc.array(operation), fc.integer({ min: 1, max: 5 }), (operations, maxKeys) => {
        const map = createBoundedMap<number, string>(maxKeys);
        let expected: number[] = [];
        for (const [name, key] of operations) {
          const isKnown = expected.includes(key);
          if (name === 'set') map.set(key, String(key));
          else expect(map.get(key)).toBe(isKnown ? String(key) : undefined);
          if (name === 'set' || isKnown) {
            expected = [...expected.filter((other) => other !== key), key].slice(-maxKeys);
          }
        }
        expect(map.size).toBe(expected.length);
        for (const key of expected) expect(map.get(key)).toBe(String(key));
      }),
    );
  });
});
