/** Marks text for a terminal. */
export interface Colours {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
}

/** Colours for a terminal, or none: the text as it is. */
export function createColours(isTerminal: boolean): Colours {
  const mark = (start: number, end: number) => (text: string) =>
    isTerminal ? `\u001B[${start}m${text}\u001B[${end}m` : text;
  return { bold: mark(1, 22), dim: mark(2, 22), red: mark(31, 39), green: mark(32, 39) };
}
