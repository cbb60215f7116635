/** A token that is asked for again before it expires. */
export interface TokenKeeper {
  /** A token that is good for a while yet; calls at the same time share one. */
  get(): Promise<string>;
}

/** How tokens are kept. */
export interface TokenKeeperOptions {
  /** The time of day in milliseconds. Default: that of the machine. */
  readonly now?: () => number;
}

/** What is left of a token's time when it is renewed: a tenth, and a minute at most. */
const MOST_LEFT_MS = 60_000;

/** Keeps the token that `login` gives. A login that fails is tried again with the next call. */
export function createTokenKeeper(
  login: () => Promise<string>,
  { now = Date.now }: TokenKeeperOptions = {},
): TokenKeeper {
  let token: Promise<string> | undefined;
  let renewAt = Infinity;
  const renew = async (): Promise<string> => {
    const askedAt = now();
    const text = await login();
    const expiresAt = readExpiry(text) * 1_000;
    renewAt = expiresAt - Math.min(MOST_LEFT_MS, (expiresAt - askedAt) / 10);
    return text;
  };
  return {
    get() {
      if (token !== undefined && now() < renewAt) return token;
      renewAt = Infinity;
      const renewed = renew();
      token = renewed;
      renewed.catch(() => {
        if (token === renewed) token = undefined;
      });
      return renewed;
    },
  };
}

/** The `exp` of a token in seconds; Infinity where it has none that can be read. */
function readExpiry(token: string): number {
  try {
    const [, payload = ''] = token.split('.');
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp?: unknown };
    return typeof exp === 'number' ? exp : Infinity;
  } catch {
    return Infinity; // the server judges what a token is
  }
}
