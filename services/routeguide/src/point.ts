import type { Point } from '@streamworks/proto/routeguide/route_guide';

/** The poles and the antimeridian in E7: what lies beyond is no place. */
const MOST = { latitude: 900_000_000, longitude: 1_800_000_000 } as const;

/** Where a message without a location is. */
export const origin: Point = { latitude: 0, longitude: 0 };

/** What is wrong with a point: the field, and what it should be. */
export interface PointProblem {
  readonly field: 'latitude' | 'longitude';
  readonly description: string;
}

/** What is wrong with a point; undefined for one that is on the globe, its borders included. */
export function findPointProblem(point: Point): PointProblem | undefined {
  for (const field of ['latitude', 'longitude'] as const) {
    if (Math.abs(point[field]) > MOST[field]) {
      return { field, description: `${point[field]} is not between ${-MOST[field]} and ${MOST[field]}` };
    }
  }
  return undefined;
}
