import { describe, expect, it } from 'vitest';
import { summarize, toSpread } from './statistics.js';

describe('summarize', () => {
  it('takes the one in the middle, or the middle of two', () => {
    expect(summarize([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(summarize([10, 1, 2, 4])).toEqual({ median: 3, min: 1, max: 10 });
    expect(summarize([5])).toEqual({ median: 5, min: 5, max: 5 });
  });

  it('leaves out what was not measured', () => {
    expect(summarize([undefined, 2])).toEqual({ median: 2, min: 2, max: 2 });
    expect(summarize([undefined])).toBeUndefined();
    expect(summarize([])).toBeUndefined();
  });
});

describe('toSpread', () => {
  it('is a share of the median', () => {
    expect(toSpread({ median: 10, min: 8, max: 13 })).toBe(0.5);
    expect(toSpread({ median: 0, min: 0, max: 0 })).toBe(0);
  });
});
