import type { Point, RouteSummary } from '@streamworks/proto/routeguide/route_guide';

const EARTH_RADIUS_METRES = 6_371_000;
const E7 = 1e7;

/**
 * The great-circle distance of two points in whole metres, by the haversine formula. The expressions and their order are
 * those of the tutorial's server in Go, so that the same doubles come out:
 * https://github.com/grpc/grpc-go/blob/master/examples/route_guide/server/server.go
 */
export function toDistance(from: Point, to: Point): number {
  const latitude1 = toRadians(from.latitude / E7);
  const latitude2 = toRadians(to.latitude / E7);
  const longitude1 = toRadians(from.longitude / E7);
  const longitude2 = toRadians(to.longitude / E7);
  const latitudes = latitude2 - latitude1;
  const longitudes = longitude2 - longitude1;
  const a =
    Math.sin(latitudes / 2) * Math.sin(latitudes / 2) +
    Math.cos(latitude1) * Math.cos(latitude2) * Math.sin(longitudes / 2) * Math.sin(longitudes / 2);
  // Between antipodes, rounding may bring `a` above 1, and the root of 1 - a would be NaN.
  const c = 2 * Math.atan2(Math.sqrt(a), Math.sqrt(Math.max(0, 1 - a)));
  return Math.trunc(EARTH_RADIUS_METRES * c);
}

function toRadians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** What a route is measured with. */
export interface RouteOptions {
  /** Whether a feature stands at the point. */
  readonly hasFeature: (point: Point) => boolean;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** A route that is being recorded. */
export interface Route {
  /** Goes on to a point. The first one starts the clock. */
  add(point: Point): void;
  /** What there is to say of the points until now. Its figures may be larger than an int32. */
  summarize(): RouteSummary;
}

/** Starts a route without a point. Of its points only the last one is kept. */
export function createRoute({ hasFeature, now }: RouteOptions): Route {
  let pointCount = 0;
  let featureCount = 0;
  let distance = 0;
  let startTime: number | undefined;
  let lastPoint: Point | undefined;
  return {
    add(point) {
      startTime ??= now();
      pointCount += 1;
      if (hasFeature(point)) featureCount += 1;
      if (lastPoint !== undefined) distance += toDistance(lastPoint, point);
      lastPoint = point;
    },
    summarize() {
      const elapsedTime = startTime === undefined ? 0 : Math.floor((now() - startTime) / 1000);
      return { pointCount, featureCount, distance, elapsedTime };
    },
  };
}
