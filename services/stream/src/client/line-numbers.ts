/** Tells in which line of a file a row stood. */
export interface LineNumbers {
  /** The next row, counted from 0, begins in this line. */
  add(line: number): void;
  /** The line of a row. */
  find(row: number): number;
}

/** Keeps a number for each place where rows and lines part, and none for the rows between: there may be millions. */
export function createLineNumbers(): LineNumbers {
  /** From this row on, a row's line is so much more than its own number; by row. */
  const offsets: { readonly row: number; readonly offset: number }[] = [];
  let count = 0;
  return {
    add(line) {
      const offset = line - count;
      if (offsets.at(-1)?.offset !== offset) offsets.push({ row: count, offset });
      count += 1;
    },
    find(row) {
      let [low, high] = [0, offsets.length];
      while (high - low > 1) {
        const middle = (low + high) >>> 1;
        if ((offsets[middle]?.row ?? 0) <= row) low = middle;
        else high = middle;
      }
      return row + (offsets[low]?.offset ?? 0);
    },
  };
}
