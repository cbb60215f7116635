import { MultiBar } from 'cli-progress';

/** Lines that stand for something that changes. */
export interface LiveLines {
  /** In a terminal the line takes the place of the one before; elsewhere it is one more. */
  show(name: string, line: string): void;
  /** Leaves the lines as they are. */
  stop(): void;
}

export interface LiveLineOptions {
  /** What each line is called; they stand in this order. */
  readonly names: readonly string[];
  /** Writes a line where there is no terminal. */
  readonly print: (line: string) => void;
  /** Default: stdout. */
  readonly stream?: NodeJS.WriteStream;
}

const FRAMES = 10;

/** Lines in a terminal are those of a library for progress, without bars. */
export function createLiveLines({ names, print, stream = process.stdout }: LiveLineOptions): LiveLines {
  if (!stream.isTTY) return { show: (_name, line) => print(line), stop: () => undefined };
  const bars = new MultiBar({ stream, fps: FRAMES, hideCursor: true, format: '{line}', emptyOnZero: true });
  const lines = new Map(names.map((name) => [name, bars.create(1, 0, { line: `${name} …` })]));
  return {
    show: (name, line) => lines.get(name)?.update(0, { line }),
    stop: () => bars.stop(),
  };
}
