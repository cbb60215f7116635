import { schemas } from '../config/setting.js';
import { UsageError } from './usage-error.js';

const INT64_DIGITS = 19;

/** Reads an int64 in decimal; anything else is a usage error. Blanks around it are no matter. */
export function readInt64(text: string): bigint {
  const match = /^\s*(?:\+|(-))?0*(\d+)\s*$/.exec(text);
  if (match === null) throw new UsageError(`${quote(text)} is no integer`);
  const [, sign = '', digits = ''] = match;
  // A number of a million digits is not worth making.
  const number = digits.length > INT64_DIGITS ? undefined : BigInt(sign + digits);
  if (number === undefined || BigInt.asIntN(64, number) !== number) {
    throw new UsageError(`${quote(text)} is not between ${-(2n ** 63n)} and ${2n ** 63n - 1n}`);
  }
  return number;
}

/** Reads a number, `Infinity` and `NaN` included; anything else is a usage error. */
export function readNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || (Number.isNaN(number) && text !== 'NaN')) {
    throw new UsageError(`${quote(text)} is no number`);
  }
  return number;
}

/** Reads a duration such as `1s`, `200ms` or `2m`, in milliseconds; anything else is a usage error. */
export function readDuration(text: string): number {
  const result = schemas.duration.safeParse(text);
  if (!result.success) throw new UsageError(`${quote(text)} is no duration such as 1s or 200ms`);
  return result.data;
}

/** The text as a person can find it again, however long it is. */
function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
