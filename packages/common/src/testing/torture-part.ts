/** What `pnpm torture` is told. */
export interface TortureOptions {
  /** How many calls of each. */
  readonly count: number;
  /** How long a part that has no natural end goes on. */
  readonly minutes: number;
  /** Whether the row of this name is to be run. */
  isWanted(name: string): boolean;
}

/** One line of the table. */
export interface TortureRow {
  readonly name: string;
  /** What was counted. */
  readonly figures: Readonly<Record<string, number | string>>;
  /** Undefined where all is well. */
  readonly fault?: string;
}

/** A part of the torture; it gives its rows as it goes. */
export type TorturePart = (options: TortureOptions) => AsyncIterable<TortureRow>;
