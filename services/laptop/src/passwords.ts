import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import pLimit from 'p-limit';

/** Hashes passwords, and checks them against their hashes: at most two at once, whoever asks. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /**
   * Whether it is the password of a hash. It takes as long where there is none: nobody learns which names exist. Whose signal has
   * aborted when its turn comes gets the reason, and costs nothing.
   */
  isRight(password: string, hash: string | undefined, signal?: AbortSignal): Promise<boolean>;
}

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** One of those that OWASP advises: 32 MiB for each. https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const COST = { ln: 15, r: 8, p: 3 } as const;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** More would keep the threads busy that files and keys need, too. */
const AT_ONCE = 2;

/** A cost, a salt and a key: https://github.com/P-H-C/phc-string-format */
const HASH = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Makes them. */
export function createPasswords(): Passwords {
  const limit = pLimit(AT_ONCE);
  const nobody = format(COST, randomBytes(SALT_BYTES), randomBytes(KEY_BYTES));
  return {
    hash: (password) =>
      limit(async () => {
        const salt = randomBytes(SALT_BYTES);
        return format(COST, salt, await deriveKey(password, salt, COST));
      }),
    isRight: (password, hash, signal) =>
      limit(async () => {
        signal?.throwIfAborted();
        const { cost, salt, key } = parse(hash ?? nobody);
        const isSame = timingSafeEqual(await deriveKey(password, salt, cost), key);
        return isSame && hash !== undefined;
      }),
  };
}

interface Cost {
  /** The binary logarithm of N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

function deriveKey(password: string, salt: Buffer, { ln, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** ln;
  return derive(password, salt, KEY_BYTES, { N, r, p, maxmem: 2 * 128 * N * r });
}

function format({ ln, r, p }: Cost, salt: Buffer, key: Buffer): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${toBase64(salt)}$${toBase64(key)}`;
}

function parse(hash: string): { cost: Cost; salt: Buffer; key: Buffer } {
  const [, ln, r, p, salt = '', key = ''] = HASH.exec(hash) ?? [];
  if (ln === undefined) throw new Error('a stored password is no hash of scrypt');
  return {
    cost: { ln: Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  };
}

/** Without the `=` at its end. */
function toBase64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
