/** How many powers there are: those with the exponents 0 to 9. */
const COUNT = 10;

/** The powers 0 to 9 of a base, exact and in order. 0 to the power of 0 is 1. */
export function* powers(base: bigint): Generator<bigint> {
  let power = 1n;
  for (let exponent = 0; exponent < COUNT; exponent += 1) {
    yield power;
    power *= base;
  }
}
