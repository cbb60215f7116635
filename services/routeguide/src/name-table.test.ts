import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNameTable } from './name-table.js';

describe('createNameTable', () => {
  it('gives every name back', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (names) => {
        const table = createNameTable(names);
        expect(names.map((_, index) => table.at(index))).toEqual(names);
      }),
    );
  });
});
