import { schemas } from '../config/setting.js';
import { UsageError } from './usage-error.js';

/** Reads an integer of any size from the command line; anything else is a usage error. */
export function readInteger(text: string): bigint {
  const digits = text.trim().replace(/^\+/, '');
  if (!/^-?\d+$/.test(digits)) throw new UsageError(`${JSON.stringify(text)} is no integer`);
  return BigInt(digits);
}

/** Reads a number, `Infinity` and `NaN` included; anything else is a usage error. */
export function readNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || (Number.isNaN(number) && text !== 'NaN')) {
    throw new UsageError(`${JSON.stringify(text)} is no number`);
  }
  return number;
}

/** Reads a duration such as `1s`, `200ms` or `2m`, in milliseconds; anything else is a usage error. */
export function readDuration(text: string): number {
  const result = schemas.duration.safeParse(text);
  if (!result.success) throw new UsageError(`${JSON.stringify(text)} is no duration such as 1s or 200ms`);
  return result.data;
}
