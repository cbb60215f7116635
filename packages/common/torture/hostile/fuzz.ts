import fc, { type IAsyncProperty } from 'fast-check';

/** How long a fuzzer goes on: so many cases, or so many milliseconds. */
export type FuzzLimit = { readonly cases: number } | { readonly ms: number };

/** Tries cases until the limit and gives how many; rejects with the smallest case that fails. */
export async function fuzz<Values extends [unknown, ...unknown[]]>(property: IAsyncProperty<Values>, limit: FuzzLimit) {
  const parameters =
    'cases' in limit
      ? { numRuns: limit.cases }
      : { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: limit.ms, markInterruptAsFailure: false };
  const { failed, numRuns, seed, counterexample, errorInstance } = await fc.check(property, parameters);
  if (failed) throw new Error(`${String(errorInstance)}, seed ${seed}: ${fc.stringify(counterexample).slice(0, 1000)}`);
  return numRuns;
}
