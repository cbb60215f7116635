/** The lines of a run, and what they come to. */
export interface Report {
  /** A heading for the rows that follow. */
  readonly heading: (text: string) => void;
  /** A row: passed, or failed for the reason. */
  readonly row: (name: string, reason: string | undefined) => void;
  /** An implementation that cannot be run here, and why. */
  readonly skip: (name: string, reason: string) => void;
  /** The last line. Gives the exit code: 1 where a row has failed, and where there is none. */
  readonly end: () => number;
}

/** Creates a report that is printed line by line. */
export function createReport(print: (line: string) => void): Report {
  let count = 0;
  let failures = 0;
  const skipped: string[] = [];
  return {
    heading: (text) => print(`\n${text}`),
    row(name, reason) {
      print(reason === undefined ? `✓ ${name}` : `✗ ${name}: ${reason}`);
      count += 1;
      if (reason !== undefined) failures += 1;
    },
    skip(name, reason) {
      print(`\n– ${name} is skipped: ${reason}`);
      skipped.push(name);
    },
    end() {
      if (count === 0) {
        print(`\n✗ nothing was run: ${skipped.join(' and ')} skipped, for the reasons above`);
        return 1;
      }
      const without = skipped.length === 0 ? '' : `, without ${skipped.join(' and ')}`;
      print(`\n${failures === 0 ? '✓' : '✗'} ${count - failures} of ${count} passed${without}`);
      return failures === 0 ? 0 : 1;
    },
  };
}
