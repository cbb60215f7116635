import { describe, expect, it } from 'vitest';
import { findPointProblem } from './point.js';

describe('findPointProblem', () => {
  it.each([
    ['the south pole', -900_000_000, 0],
    ['the north pole', 900_000_000, 1_800_000_000],
    ['the antimeridian from the west', 0, 1_800_000_000],
    ['the antimeridian from the east', 0, -1_800_000_000],
  ])('finds nothing at %s', (_case, latitude, longitude) => {
    expect(findPointProblem({ latitude, longitude })).toBeUndefined();
  });

  it.each([
    [900_000_001, 0, 'latitude', '900000001 is not between -900000000 and 900000000'],
    [-900_000_001, 0, 'latitude', '-900000001 is not between -900000000 and 900000000'],
    [0, 1_800_000_001, 'longitude', '1800000001 is not between -1800000000 and 1800000000'],
    [0, -1_800_000_001, 'longitude', '-1800000001 is not between -1800000000 and 1800000000'],
    [2 ** 31 - 1, 2 ** 31 - 1, 'latitude', '2147483647 is not between -900000000 and 900000000'],
  ])('says what is wrong with (%i, %i)', (latitude, longitude, field, description) => {
    expect(findPointProblem({ latitude, longitude })).toEqual({ field, description });
  });
});
