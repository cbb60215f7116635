import { UsageError } from '@streamworks/common/cli';

/** The items of a list with commas between them, each once. */
export const readList = (text: string): string[] => [...new Set(text.split(',').map((item) => item.trim()))];

/** Whether the text is one of the values. */
export const isOneOf = <Value extends string>(values: readonly Value[], text: string): text is Value =>
  (values as readonly string[]).includes(text);

/** The most bytes of a message that every peer takes by default, with room for its number. */
const MOST_PAYLOAD_BYTES = 4 * 1024 * 1024 - 1024;

const units = new Map([
  ['B', 1],
  ['KiB', 1024],
  ['MiB', 1024 * 1024],
]);

/** Bytes of a payload: `int64` for none, or a number with its unit. */
export function readPayload(text: string): number {
  if (text === 'int64') return 0;
  const [, digits = '', unit = ''] = /^(\d{1,7})(B|KiB|MiB)$/.exec(text) ?? [];
  const bytes = Number(digits) * (units.get(unit) ?? NaN);
  if (bytes > 0 && bytes <= MOST_PAYLOAD_BYTES) return bytes;
  throw new UsageError(`--payload ${JSON.stringify(text)} is neither int64 nor a size below 4 MiB, such as 1KiB`);
}

/** A whole number from 1 to ten million: `20000` or `2e4`. */
export function readCount(option: string, text: string): number {
  const value = /^\d{1,8}(e\d)?$/.test(text) ? Number(text) : NaN;
  if (value >= 1 && value <= 10_000_000) return value;
  throw new UsageError(`--${option} ${JSON.stringify(text)} is no whole number from 1 to 1e7`);
}
