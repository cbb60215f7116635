/** What a client of the route guide has printed, without what differs from run to run. */
export function toSteps(output: string): string[] {
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) =>
    line
      .replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /, '')
      // Go writes two blanks in half of its builds, so that nobody relies on the text format.
      .replaceAll(/ +/g, ' ')
      .replace(/ elapsed_time:\d+/, ''),
  );
}

/**
 * What differs between two tours; undefined where nothing does. Where their routes are not the same one, what is compared of them is
 * that the summary has as many points as the route, and a length.
 */
export function compareTours(expected: readonly string[], actual: readonly string[]): string | undefined {
  if (expected.length === 0) return 'nothing was printed';
  const isSameRoute = findRoute(expected) === findRoute(actual);
  const [one, other] = isSameRoute ? [expected, actual] : [hideRoute(expected), hideRoute(actual)];
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
    if (one[index] === other[index]) continue;
    const [theirs, ours] = [one[index] ?? '(no line)', other[index] ?? '(no line)'].map((line) => JSON.stringify(line));
    return `line ${index + 1} is ${ours} with our service, and ${theirs} with its server`;
  }
  return undefined;
}

function findRoute(lines: readonly string[]): string | undefined {
  return lines.find((line) => line.startsWith('Traversing '));
}

function hideRoute(lines: readonly string[]): string[] {
  const [, points = ''] = /^Traversing (\d+) points\.$/.exec(findRoute(lines) ?? '') ?? [];
  const summary = new RegExp(`^Route summary: point_count:${points}( feature_count:\\d+)? distance:[1-9]\\d*$`);
  return lines.map((line) => {
    if (line === findRoute(lines)) return 'Traversing some points.';
    return summary.test(line) ? 'Route summary: as many points, and a length' : line;
  });
}
