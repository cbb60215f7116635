import type { Random } from '@streamworks/common';

/** A whole number between two bounds, both included. */
export function pickInteger(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** A number between two bounds, with so many decimals. */
export function pickNumber(random: Random, least: number, most: number, decimals = 2): number {
  return Number((least + random() * (most - least)).toFixed(decimals));
}

/** One of some values. */
export function pick<Value>(random: Random, values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

/** A UUID of version 4. */
export function pickUuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => pickInteger(random, 0, 15));
  digits[12] = 4;
  digits[16] = 8 + ((digits[16] ?? 0) & 3);
  const text = digits.map((digit) => digit.toString(16)).join('');
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
