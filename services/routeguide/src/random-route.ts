import type { Random } from '@streamworks/common';
import type { Point } from '@streamworks/proto/routeguide/route_guide';

/** Points at whole degrees anywhere on the globe, 2 to 101 of them, as the tutorial's client takes them. */
export function toRandomRoute(random: Random): Point[] {
  return Array.from({ length: 2 + toInteger(random, 100) }, () => ({
    latitude: (toInteger(random, 180) - 90) * 1e7,
    longitude: (toInteger(random, 360) - 180) * 1e7,
  }));
}

/** A hundredth of a degree in E7. A step is this long at most in either direction: 1.6 km together. */
const STEP = 100_000;

/**
 * A walk of so many points from anywhere on the globe. Its steps are short, so that the length of one of a million points is
 * still one that the summary of a route can say: less than 2^31 m.
 */
export function toRandomWalk(random: Random, pointCount: number): Point[] {
  let latitude = toInteger(random, 180) * 1e7 - 90e7;
  let longitude = toInteger(random, 360) * 1e7 - 180e7;
  return Array.from({ length: pointCount }, () => {
    const point = { latitude, longitude };
    latitude = toNear(random, latitude, 90e7);
    longitude = toNear(random, longitude, 180e7);
    return point;
  });
}

/** A coordinate near to another one, and not beyond the border. */
function toNear(random: Random, coordinate: number, border: number): number {
  return Math.min(border, Math.max(-border, coordinate + toInteger(random, 2 * STEP + 1) - STEP));
}

function toInteger(random: Random, below: number): number {
  return Math.floor(random() * below);
}
