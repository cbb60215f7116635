import type { Ratio } from './compare.js';
import type { Figure } from './figures.js';

/** A number as people read it: three digits that count, and none of what is noise. */
export function formatNumber(value: number): string {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  const rounded = value >= 1000 ? Number(value.toPrecision(3)) : value;
  return rounded.toLocaleString('en', { maximumFractionDigits: digits });
}

/** A value in the unit of its figure, or that it is less than what counts. */
export function formatFigure(value: number, { unit, least = -Infinity }: Figure): string {
  return value < least ? `< ${formatNumber(least / unit)}` : formatNumber(value / unit);
}

/** A ratio, with a sign where it is only known which side of the value it is on. */
export function formatRatio({ value, bound }: Ratio): string {
  const sign = bound === undefined ? '' : bound === 'at least' ? '> ' : '< ';
  return `${sign}${formatNumber(value)}×`;
}

/** Bytes of a payload, as the command line takes them. */
export function formatPayload(bytes: number): string {
  if (bytes === 0) return 'one int64';
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20} MiB`;
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} B`;
}
