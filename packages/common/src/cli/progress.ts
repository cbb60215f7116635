import { Presets, SingleBar } from 'cli-progress';

/** How far something is: a bar in a terminal, and nothing elsewhere. */
export interface Progress {
  /** So many bytes are done now; with a note to be shown beside the bar. */
  update(bytes: number, note?: string): void;
  /** Leaves the bar as it is. */
  stop(): void;
}

export interface ProgressOptions {
  /** How many bytes there are; nothing is shown where that is 0. */
  readonly total: number;
  /** How many of them were done before. Default: 0. */
  readonly start?: number;
  /** Where it is shown, if that is a terminal. Default: stderr. */
  readonly stream?: NodeJS.WriteStream;
}

/** The bar is drawn so often a second at most. */
const FRAMES = 10;

/** Shows a bar with the rate and the time left. */
export function createProgress({ total, start = 0, stream = process.stderr }: ProgressOptions): Progress {
  if (!stream.isTTY || total === 0) return { update: () => undefined, stop: () => undefined };
  const begin = performance.now();
  const bar = new SingleBar(
    {
      stream,
      fps: FRAMES,
      hideCursor: true,
      etaBuffer: 100,
      format: '{bar} {percentage} % | {value} of {total} | {rate}/s | {eta_formatted} left {note}',
      formatValue: (value, _options, type) => (type === 'value' || type === 'total' ? toBytes(value) : String(value)),
    },
    Presets.shades_classic,
  );
  bar.start(total, start, { rate: toBytes(0), note: '' });
  return {
    update(bytes, note = '') {
      const seconds = (performance.now() - begin) / 1000;
      bar.update(bytes, { rate: toBytes((bytes - start) / Math.max(seconds, 0.001)), note });
    },
    stop: () => bar.stop(),
  };
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A number of bytes for a person: `1.5 MiB`. */
export function toBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
