import { describe, expect, it } from 'vitest';
import { compareLines } from './compare-lines.js';

describe('compareLines', () => {
  it('finds nothing where every line is as it should be', () => {
    expect(compareLines(['sum: 45', /^x: \d+$/], ['sum: 45', 'x: 12'])).toEqual([]);
  });

  it('names a line that differs', () => {
    expect(compareLines(['1', /^\d$/], ['2', 'x'])).toEqual([
      'line 1 should be "1": "2"',
      'line 2 should be /^\\d$/: "x"',
    ]);
  });

  it('names a line that is missing', () => {
    expect(compareLines(['1', '2'], ['1'])).toEqual(['line 2 is missing: "2"']);
  });

  it('names a line too many', () => {
    expect(compareLines(['1'], ['1', 'server closed'])).toEqual(['line 2 should not be there: "server closed"']);
  });
});
