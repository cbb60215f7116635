import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Feature } from '@streamworks/proto/routeguide/route_guide';
import { createFeatures } from './features.js';

// Few different numbers: points meet, and lie on borders. The ends of the range are among them.
const latitude = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-900_000_000, 900_000_000));
const longitude = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-1_800_000_000, 1_800_000_000));
const point = fc.record({ latitude, longitude });
const rectangle = fc.record({ lo: point, hi: point });
const list = fc
  .array(point, { maxLength: 300 })
  .map((locations) => locations.map((location, index): Feature => ({ name: `feature ${index}`, location })));

const isBetween = (value: number, one: number, other: number) =>
  value >= Math.min(one, other) && value <= Math.max(one, other);

describe('inside', { timeout: 30_000 }, () => {
  it('gives those inside, borders included, in the order of the list, for corners in any order', () => {
    fc.assert(
      fc.property(list, rectangle, (features, { lo, hi }) => {
        const expected = features.filter(
          ({ location }) =>
            isBetween(location!.latitude, lo.latitude, hi.latitude) &&
            isBetween(location!.longitude, lo.longitude, hi.longitude),
        );
        expect([...createFeatures(features).inside({ lo, hi })]).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('takes a missing corner for (0, 0)', () => {
    const features = createFeatures([
      { name: 'origin', location: { latitude: 0, longitude: 0 } },
      { name: 'north', location: { latitude: 1, longitude: 0 } },
    ]);
    const toNames = (corners: Parameters<typeof features.inside>[0]) =>
      [...features.inside(corners)].map(({ name }) => name);
    expect(toNames({ lo: null, hi: null })).toEqual(['origin']);
    expect(toNames({ lo: null, hi: { latitude: 1, longitude: 0 } })).toEqual(['origin', 'north']);
  });

  it('gives a hundred thousand in the order of the list, unnamed ones too', () => {
    const many = Array.from({ length: 100_000 }, (_, index): Feature => ({
      name: index % 3 === 0 ? '' : String(index),
      location: { latitude: (index * 7_919) % 900_000_000, longitude: (index * 104_729) % 1_800_000_000 },
    }));
    const features = createFeatures(many);
    expect(features.count).toBe(100_000);
    const everything = { lo: { latitude: 0, longitude: 0 }, hi: { latitude: 900_000_000, longitude: 1_800_000_000 } };
    expect([...features.inside(everything)]).toEqual(many);
  });
});

describe('find', { timeout: 30_000 }, () => {
  it('gives the first of the list at exactly this point', () => {
    fc.assert(
      fc.property(list, point, (features, wanted) => {
        const expected = features.find(
          ({ location }) => location!.latitude === wanted.latitude && location!.longitude === wanted.longitude,
        );
        expect(createFeatures(features).find(wanted)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('finds nothing in an empty list', () => {
    expect(createFeatures([]).find({ latitude: 0, longitude: 0 })).toBeUndefined();
  });
});
