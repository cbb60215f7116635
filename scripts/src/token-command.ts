import { parseArgs } from 'node:util';
import { readDuration, UsageError } from '@streamworks/common/cli';

/** What `pnpm token` is asked for. */
export interface TokenRequest {
  readonly claims: Readonly<Record<string, unknown>>;
  /** The file of a private key; undefined: the secret of the environment signs. */
  readonly keyFile: string | undefined;
}

/** The text of `--help`. */
export const help = `Usage: pnpm --silent token --sub <user> [options]

Prints a token for development, signed with AUTH_JWT_SECRET from the environment (HS256) or with a private key.

Options:
  --sub <user>          whose token it is
  --role <role>         a role of the user; may be given more than once
  --expires <duration>  how long it is valid, such as 90s or 15m (default 15m)
  --key <file>          a private key in PEM: RSA (RS256), P-256 (ES256) or Ed25519 (EdDSA)
  --issuer <text>       the token's iss
  --audience <text>     the token's aud; may be given more than once
  --claim <name=value>  another claim; the value is JSON where it can be, otherwise a text; may be given more than once
  -h, --help            this text
`;

const options = {
  sub: { type: 'string' },
  role: { type: 'string', multiple: true },
  expires: { type: 'string' },
  key: { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string', multiple: true },
  claim: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Reads the command line, at a time in milliseconds; undefined where it asks for help. Throws a {@link UsageError}. */
export function readTokenCommand(args: readonly string[], now: number): TokenRequest | undefined {
  const { sub, role = [], expires = '15m', key, issuer, audience = [], claim = [], ...values } = parse(args);
  if (values.help === true) return undefined;
  if (sub === undefined || sub === '') throw new UsageError('whose token? --sub says it');
  const seconds = Math.floor(now / 1_000);
  const others = claim.map(readClaim);
  const claims = {
    sub,
    ...toClaim('role', 'roles', role),
    ...(issuer !== undefined && { iss: issuer }),
    ...toClaim('aud', 'aud', audience),
    iat: seconds,
    exp: seconds + readDuration(expires) / 1_000,
  };
  for (const [name] of others) if (Object.hasOwn(claims, name)) throw new UsageError(`${name} is given twice`);
  return { claims: { ...claims, ...Object.fromEntries(others) }, keyFile: key };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [problem = ''] = (error as Error).message.split('. '); // advice for programs that take any text follows
    throw new UsageError(problem);
  }
}

/** One value by itself, several as a list. */
function toClaim(one: string, many: string, values: readonly string[]): Record<string, unknown> {
  const [first, ...rest] = values;
  if (first === undefined) return {};
  return rest.length === 0 ? { [one]: first } : { [many]: values };
}

function readClaim(text: string): readonly [string, unknown] {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new UsageError(`--claim ${JSON.stringify(text)} is not of the form name=value`);
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}
