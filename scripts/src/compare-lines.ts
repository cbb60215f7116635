/** What is wrong with lines of output, a line each; nothing where they are as they should be. */
export function compareLines(expected: readonly (string | RegExp)[], actual: readonly string[]): string[] {
  const problems: string[] = [];
  for (let index = 0; index < Math.max(expected.length, actual.length); index += 1) {
    const [wanted, got] = [expected[index], actual[index]];
    if (wanted === undefined) problems.push(`line ${index + 1} should not be there: ${JSON.stringify(got)}`);
    else if (got === undefined) problems.push(`line ${index + 1} is missing: ${show(wanted)}`);
    else if (!matches(wanted, got))
      problems.push(`line ${index + 1} should be ${show(wanted)}: ${JSON.stringify(got)}`);
  }
  return problems;
}

function matches(wanted: string | RegExp, got: string): boolean {
  return typeof wanted === 'string' ? wanted === got : wanted.test(got);
}

function show(wanted: string | RegExp): string {
  return typeof wanted === 'string' ? JSON.stringify(wanted) : String(wanted);
}
