const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

/** What both databases take as a parameter, and give back unchanged. */
export type Parameter = string | number | bigint | Uint8Array | null;

/** The parameters, where both databases keep every one of them as it is. Throws a TypeError or RangeError otherwise. */
export function toParameters(values: readonly unknown[]): Parameter[] {
  return values.map(toParameter);
}

function toParameter(value: unknown, index: number): Parameter {
  if (value === null || value instanceof Uint8Array) return value;
  switch (typeof value) {
    case 'string':
      if (value.includes('\0'))
        throw new TypeError(`parameter ${index + 1} is a text with U+0000, which cannot be stored`);
      if (!value.isWellFormed()) throw new TypeError(`parameter ${index + 1} is a text with half a surrogate pair`);
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`parameter ${index + 1} is ${value}, which cannot be stored`);
      return value;
    case 'bigint':
      if (value < LEAST || value > MOST) throw new RangeError(`parameter ${index + 1} does not fit in 64 bits`);
      return value;
    default:
      throw new TypeError(
        `parameter ${index + 1} is neither text, number, bigint, bytes nor null, but ${typeof value}`,
      );
  }
}
