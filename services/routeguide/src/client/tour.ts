import { toTextFormat } from '@streamworks/common/cli';
import type { Feature, Point, Rectangle, RouteNote, RouteSummary } from '@streamworks/proto/routeguide/route_guide';
import { toDistance } from '../route.js';

interface CallOptions {
  readonly signal: AbortSignal;
}

/** The calls of a tour: those of a client of the route guide. */
export interface TourClient {
  getFeature(point: Point, options: CallOptions): Promise<Feature>;
  listFeatures(rectangle: Rectangle, options: CallOptions): AsyncIterable<Feature>;
  recordRoute(points: Iterable<Point>, options: CallOptions): Promise<RouteSummary>;
  routeChat(notes: Iterable<RouteNote>, options: CallOptions): AsyncIterable<RouteNote>;
}

/** What the calls of a tour are made with. */
export interface TourOptions {
  readonly client: TourClient;
  readonly signal: AbortSignal;
  /** Writes a line. */
  readonly print: (line: string) => void;
}

/**
 * The four calls of the tutorial's client, printed as it prints them:
 * https://github.com/grpc/grpc-go/blob/master/examples/route_guide/client/client.go. Each throws where an answer is not as it
 * should be.
 */
export function createTour({ client, signal, print }: TourOptions) {
  return {
    /** Asks for the feature at a point. */
    async feature(point: Point): Promise<void> {
      print(`Getting feature for point (${point.latitude}, ${point.longitude})`);
      const feature = await client.getFeature(point, { signal });
      print(toTextFormat({ name: feature.name, location: feature.location }));
      if (!isSame(feature.location, point)) throw new Error('this feature is elsewhere');
    },

    /** Lists the features in a rectangle. */
    async list(rectangle: Rectangle): Promise<void> {
      print(`Looking for features within ${toTextFormat(rectangle)}`);
      for await (const { name, location } of client.listFeatures(rectangle, { signal })) {
        const { latitude, longitude } = location ?? {};
        print(`Feature: name: ${JSON.stringify(name)}, point:(${latitude}, ${longitude})`);
        if (!isInside(location, rectangle)) throw new Error('this feature is outside');
      }
    },

    /** Sends a route, and asks for its summary. */
    async record(points: readonly Point[]): Promise<void> {
      print(`Traversing ${points.length} points.`);
      const summary = await client.recordRoute(points, { signal });
      print(`Route summary: ${toTextFormat(summary)}`);
      const distance = points
        .slice(1)
        .reduce((sum, point, index) => sum + toDistance(points[index] ?? point, point), 0);
      if (summary.pointCount !== points.length) throw new Error(`the route has ${points.length} points`);
      if (summary.distance !== distance) throw new Error(`the route is ${distance} m long`);
    },

    /** Leaves notes, and prints what stands at their locations. */
    async chat(notes: readonly RouteNote[]): Promise<void> {
      const missing = new Set(notes.map(toKey));
      let last = '';
      for await (const note of client.routeChat(notes, { signal })) {
        const { latitude, longitude } = note.location ?? {};
        print(`Got message ${note.message} at point(${latitude}, ${longitude})`);
        last = toKey(note);
        missing.delete(last);
      }
      const [lost] = missing;
      if (lost !== undefined) throw new Error(`the note ${lost} did not come back`);
      if (notes.length > 0 && last !== toKey(notes.at(-1)))
        throw new Error('the last message is not that of the last note');
    },
  };
}

function isSame(one: Point | null, other: Point): boolean {
  return one?.latitude === other.latitude && one.longitude === other.longitude;
}

function isInside(point: Point | null, { lo, hi }: Rectangle): boolean {
  if (point === null || lo === null || hi === null) return false;
  return (['latitude', 'longitude'] as const).every(
    (field) => point[field] >= Math.min(lo[field], hi[field]) && point[field] <= Math.max(lo[field], hi[field]),
  );
}

function toKey(note: RouteNote | undefined): string {
  return toTextFormat({ location: note?.location ?? null, message: note?.message ?? '' });
}
