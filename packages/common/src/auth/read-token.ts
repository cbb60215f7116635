import { tokenError } from './token-error.js';

/** Longer ones are refused before they are looked at. */
const MAX_CHARACTERS = 8192;

/** The three parts of a signed JWT. jose overlooks `=` and blanks behind them. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** The token of an `authorization` value, which is it or has `Bearer` before it. Throws UNAUTHENTICATED where there is none. */
export function readToken(header: string | undefined): string {
  if (header === undefined) throw tokenError('there is no token: send it as authorization metadata');
  if (header.length > MAX_CHARACTERS) throw tokenError(`the token is longer than ${MAX_CHARACTERS} bytes`);
  const token = header.replace(/^bearer(?: +|$)/i, '');
  if (token === '') throw tokenError('there is no token: the authorization metadata is empty');
  return token;
}

/** Throws UNAUTHENTICATED for what cannot be a token, whatever the key. */
export function checkForm(token: string): void {
  if (!COMPACT.test(token)) throw tokenError('the token is no signed JWT that can be read');
}
