import KDBush from 'kdbush';
import type { Feature, Point, Rectangle } from '@streamworks/proto/routeguide/route_guide';
import { createNameTable } from './name-table.js';
import { createPointTable } from './point-table.js';
import { origin } from './point.js';

/** The features of a list, found by where they are. It stays as it was made. */
export interface Features {
  readonly count: number;
  /** The feature at exactly this point, the first of the list where there are several. */
  find(point: Point): Feature | undefined;
  /**
   * Those inside a rectangle, its borders included, in the order of the list. They are searched for as they are taken,
   * a part of the list at a time: whoever stops in between keeps no more than that in memory.
   */
  inside(rectangle: Rectangle): Generator<Feature, void, undefined>;
}

/**
 * How many features are searched at a time. All of them may be inside: then the search and the sort of what it finds take
 * 1 ms, and as a whole for a million they would take 150 ms, in which nothing else can happen.
 */
const PART = 16_384;

/** Makes a list of features searchable. Nothing of the list itself is kept. */
export function createFeatures(list: readonly Feature[]): Features {
  const names = createNameTable(list.map(({ name }) => name));
  const latitudes = Int32Array.from(list, ({ location }) => (location ?? origin).latitude);
  const longitudes = Int32Array.from(list, ({ location }) => (location ?? origin).longitude);
  const parts = createParts(latitudes, longitudes);
  const table = createPointTable(latitudes, longitudes);
  const toFeature = (index: number): Feature => ({
    name: names.at(index),
    location: { latitude: latitudes[index] ?? 0, longitude: longitudes[index] ?? 0 },
  });
  return {
    count: list.length,
    find(point) {
      const index = table.find(point);
      return index === undefined ? undefined : toFeature(index);
    },
    *inside({ lo, hi }) {
      const [one, other] = [lo ?? origin, hi ?? origin];
      const [west, east] = toOrdered(one.longitude, other.longitude);
      const [south, north] = toOrdered(one.latitude, other.latitude);
      for (const [number, part] of parts.entries()) {
        const found = Uint32Array.from(part.range(west, south, east, north)).sort();
        for (const index of found) yield toFeature(number * PART + index);
      }
    },
  };
}

function toOrdered(one: number, other: number): [least: number, most: number] {
  return one < other ? [one, other] : [other, one];
}

/** A spatial index for every part of the list. */
function createParts(latitudes: Int32Array, longitudes: Int32Array): KDBush[] {
  const parts: KDBush[] = [];
  for (let start = 0; start < latitudes.length; start += PART) {
    const end = Math.min(start + PART, latitudes.length);
    const part = new KDBush(end - start, undefined, Int32Array);
    for (let index = start; index < end; index += 1) part.add(longitudes[index] ?? 0, latitudes[index] ?? 0);
    parts.push(part.finish());
  }
  return parts;
}
