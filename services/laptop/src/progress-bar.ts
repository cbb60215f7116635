const WIDTH = 30;

/** A bar for so many bytes of all: `[=====>    ]  50 % 1.0 of 2.0 MiB`. */
export function toProgressBar(done: number, all: number): string {
  const share = all === 0 ? 1 : Math.min(1, done / all);
  const filled = Math.round(share * WIDTH);
  const bar = `${'='.repeat(filled)}${filled < WIDTH ? '>' : ''}`.padEnd(WIDTH);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `[${bar}] ${percent} % ${toMiB(done)} of ${toMiB(all)} MiB`;
}

function toMiB(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
