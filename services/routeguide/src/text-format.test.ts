import { describe, expect, it } from 'vitest';
import { toTextFormat } from './text-format.js';

describe('toTextFormat', () => {
  it.each([
    [
      { name: 'a "b"', location: { latitude: 1, longitude: -2 } },
      'name:"a \\"b\\"" location:{latitude:1 longitude:-2}',
    ],
    [{ name: '', location: { latitude: 0, longitude: 0 } }, 'location:{}'],
    [{ lo: null, hi: { latitude: 0, longitude: 5 } }, 'hi:{longitude:5}'],
    [{ pointCount: 2, featureCount: 0, distance: 7, elapsedTime: 0 }, 'point_count:2 distance:7'],
    [{}, ''],
  ])('writes %j', (message, text) => {
    expect(toTextFormat(message)).toBe(text);
  });
});
