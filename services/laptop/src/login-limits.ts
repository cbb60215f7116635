import { isIPv6 } from 'node:net';
import { createLoginAttempts, type LoginAttemptsOptions } from './login-attempts.js';

/** How many logins are borne. */
export interface LoginLimitsOptions extends Pick<LoginAttemptsOptions, 'now'> {
  /** How many logins of one address may be under way. */
  readonly peerLogins: number;
  /** How many logins of one address may fail within a minute, whatever the names. */
  readonly peerFailures: number;
}

/** Who asks to be let in. */
export interface Asking {
  readonly username: string;
  /** The address and the port that the login comes from. */
  readonly peer: string;
}

/** What came of a login: whose it was, undefined where name or password were wrong; or why it was not looked at. */
export type LoginOutcome<Result> =
  { readonly result: Result | undefined } | { readonly problem: string; readonly waitMs: number };

/** Holds logins back that are too many, so that nobody can guess passwords, or keep others from logging in. */
export interface LoginLimits {
  /**
   * Makes an attempt, which fails where it resolves with undefined, unless too many are under way or have failed of late. One
   * that rejects counts for nothing.
   */
  run<Result>(asking: Asking, attempt: () => Promise<Result | undefined>): Promise<LoginOutcome<Result>>;
}

/** With so many before it, a login would wait for its turn longer than its caller does. */
const MOST_AT_ONCE = 100;
const TOO_MANY_AT_ONCE = { problem: 'too many logins at once', waitMs: 1_000 } as const;

/** Makes the limits of one server: for everybody together, for an address, and for a name from an address. */
export function createLoginLimits({ peerLogins, peerFailures, now }: LoginLimitsOptions): LoginLimits {
  const clock = now === undefined ? {} : { now };
  const byPeer = createLoginAttempts({ ...clock, mostFailures: peerFailures });
  const byName = createLoginAttempts(clock);
  const underWay = new Map<string, number>();
  let all = 0;

  return {
    async run({ username, peer }, attempt) {
      const address = toAddress(peer);
      const own = underWay.get(address) ?? 0;
      if (own >= peerLogins || all >= MOST_AT_ONCE) return TOO_MANY_AT_ONCE;
      underWay.set(address, own + 1);
      all += 1;
      try {
        const outcome = await byPeer.run(address, async () => {
          const inner = await byName.run(`${address} ${username}`, attempt);
          return 'waitMs' in inner || inner.result !== undefined ? inner : undefined;
        });
        if ('waitMs' in outcome) return { problem: 'too many wrong passwords from this address', ...outcome };
        const { result: inner } = outcome;
        if (inner !== undefined && 'waitMs' in inner) return { problem: 'too many wrong passwords', ...inner };
        return { result: inner?.result };
      } finally {
        all -= 1;
        const others = (underWay.get(address) ?? 1) - 1;
        if (others === 0) underWay.delete(address);
        else underWay.set(address, others);
      }
    },
  };
}

/**
 * Who counts as one: the address without its port, which is another one with each connection. Of IPv6 it is the network, the first
 * 64 bits: whoever has one has all addresses in it.
 */
function toAddress(peer: string): string {
  const address = peer.replace(/:\d+$/, '');
  if (!isIPv6(address)) return address;
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  const [before = [], after = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
