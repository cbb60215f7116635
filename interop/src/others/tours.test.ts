import { describe, expect, it } from 'vitest';
import { compareTours, toSteps } from './tours.js';

const tour = (points: number, counted: number, distance = 7) => [
  'Getting feature for point (0, 0)',
  `Traversing ${points} points.`,
  `Route summary: point_count:${counted} distance:${distance}`,
];

describe('toSteps', () => {
  it('leaves out the time, blanks that mean nothing, and how long it took', () => {
    expect(toSteps('2026/11/21 10:20:30 Route summary: point_count:2  distance:7  elapsed_time:3\nb\n')).toEqual([
      'Route summary: point_count:2 distance:7',
      'b',
    ]);
  });
});

describe('compareTours', () => {
  it('finds nothing where both are the same, or only their random routes differ', () => {
    expect(compareTours(tour(5, 5), tour(5, 5))).toBeUndefined();
    expect(compareTours(tour(5, 5), tour(6, 6, 9))).toBeUndefined();
  });

  it.each([
    ['another length of the same route', tour(5, 5), tour(5, 5, 8), 'line 3'],
    ['a summary of another route', tour(5, 5), tour(6, 5), 'line 3'],
    ['no length', tour(5, 5), tour(6, 6, 0), 'line 3'],
    ['another line', tour(5, 5), ['x', ...tour(5, 5).slice(1)], 'line 1'],
    ['a line too few', tour(5, 5), tour(5, 5).slice(0, 2), 'line 3'],
    ['a line too many', tour(5, 5), [...tour(5, 5), 'y'], 'line 4'],
    ['nothing', [], [], 'nothing was printed'],
  ])('finds %s', (_case, expected, actual, problem) => {
    expect(compareTours(expected, actual)).toContain(problem);
  });
});
