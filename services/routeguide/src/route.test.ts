import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRoute, toDistance } from './route.js';

const points = fc.record({
  latitude: fc.integer({ min: -900_000_000, max: 900_000_000 }),
  longitude: fc.integer({ min: -1_800_000_000, max: 1_800_000_000 }),
});
const at = (latitude: number, longitude: number) => ({ latitude: latitude * 1e7, longitude: longitude * 1e7 });

/** Half the circumference of the earth: no two points are further apart. */
const HALFWAY = Math.trunc(Math.PI * 6_371_000);

describe('toDistance', () => {
  // What the tutorial's server in Go gives for a route of these two points.
  it.each([
    ['nowhere to nowhere', at(0, 0), at(0, 0), 0],
    ['a degree along the equator', at(0, 0), at(0, 1), 111_194],
    ['a degree along a meridian', at(45, 7), at(46, 7), 111_194],
    ['pole to pole', at(-90, 0), at(90, 0), HALFWAY],
    ['half around the equator', at(0, -90), at(0, 90), HALFWAY],
    ['across the antimeridian', at(0, 179), at(0, -179), 222_389],
    ['both ends of the antimeridian', at(0, 180), at(0, -180), 0],
    ['a pole at any longitude', at(90, 0), at(90, 123), 0],
    [
      'Berkshire Valley to Patriots Path',
      { latitude: 409_146_138, longitude: -746_188_906 },
      { latitude: 407_838_351, longitude: -746_143_763 },
      14_546,
    ],
  ])('of %s', (_case, from, to, metres) => {
    expect(toDistance(from, to)).toBe(metres);
  });

  it('is a whole number, the same both ways, and never more than halfway around', () => {
    fc.assert(
      fc.property(points, points, (from, to) => {
        const distance = toDistance(from, to);
        expect(Number.isInteger(distance)).toBe(true);
        expect(toDistance(to, from)).toBe(distance);
        expect(distance).toBeLessThanOrEqual(HALFWAY);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is a number between antipodes, too', () => {
    fc.assert(
      fc.property(points, ({ latitude, longitude }) => {
        const antipode = { latitude: -latitude, longitude: longitude + (longitude > 0 ? -1 : 1) * 1_800_000_000 };
        expect(Math.abs(HALFWAY - toDistance({ latitude, longitude }, antipode))).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('createRoute', () => {
  const record = (hasFeature = () => false) => {
    const clock = { now: 1_000 };
    return { clock, route: createRoute({ hasFeature, now: () => clock.now }) };
  };

  it('has nothing but zeros without a point, however long that takes', () => {
    const { clock, route } = record();
    clock.now = 99_999;
    expect(route.summarize()).toEqual({ pointCount: 0, featureCount: 0, distance: 0, elapsedTime: 0 });
  });

  it('counts whole seconds from the first point', () => {
    const { clock, route } = record();
    clock.now = 5_000;
    route.add(at(0, 0));
    clock.now = 7_000;
    route.add(at(0, 0));
    clock.now = 7_999;
    expect(route.summarize()).toMatchObject({ pointCount: 2, distance: 0, elapsedTime: 2 });
  });

  it('counts every visit of a feature', () => {
    const { route } = record(() => true);
    for (let visit = 0; visit < 3; visit += 1) route.add(at(1, 1));
    expect(route.summarize()).toMatchObject({ pointCount: 3, featureCount: 3 });
  });

  it('truncates each leg, and then adds up', () => {
    fc.assert(
      fc.property(fc.array(points), (legs) => {
        const { route } = record();
        for (const point of legs) route.add(point);
        const distance = legs.slice(1).reduce((sum, point, index) => sum + toDistance(legs[index]!, point), 0);
        expect(route.summarize()).toMatchObject({ pointCount: legs.length, distance });
      }),
    );
  });
});
