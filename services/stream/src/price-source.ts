/** The price of one share, and when it was made, in unix seconds; undefined: now. */
export interface Price {
  readonly price: number;
  readonly timestamp: number | undefined;
}

/** The prices of one symbol, one after the other. */
export type Prices = Iterator<Price, void, undefined>;

/** Where prices come from. */
export interface PriceSource {
  /** The prices of a symbol in upper case, from their beginning; undefined where it has none. */
  open(symbol: string): Prices | undefined;
}

const SYMBOL = /^[A-Za-z0-9.^-]{1,16}$/;

/** A symbol in upper case; undefined for a text that is none. */
export function readSymbol(text: string): string | undefined {
  return SYMBOL.test(text) ? text.toUpperCase() : undefined;
}
