/** `[+-]?digits[.digits][e±digits]`, `Infinity`, `-Infinity`, `NaN`. */
const DECIMAL = /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|-?Infinity|NaN)$/;

/** Reads a decimal string as the nearest double; undefined where it is none. */
export function readDecimal(text: string): number | undefined {
  return DECIMAL.test(text) ? Number(text) : undefined;
}

/** The shortest decimal string that reads back to the same double. */
export function toDecimal(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value); // ECMAScript's Number::toString is the shortest, but drops the sign
}
