import { z } from 'zod';
import { readSettings, schemas, StartError, type Environment, type Setting } from './setting.js';

/** How fast calls may come from one caller. */
export interface RateLimit {
  readonly perSecond: number;
  /** How many may come at once. */
  readonly burst: number;
}

/** What bounds callers over time. */
export interface LimitConfig {
  /** Undefined: callers are not limited. */
  readonly rateLimit: RateLimit | undefined;
  /** In milliseconds; undefined: a stream may live as long as it likes. */
  readonly maxStreamAge: number | undefined;
}

const AUTOMATIC = 'auto';
const off = z.literal('off').transform(() => undefined);

/** The settings that bound callers over time. */
export const limitSettings = {
  rateLimit: {
    variable: 'RATE_LIMIT',
    description:
      'How many calls a second one user may make, or one peer address where there are no users; over that: RESOURCE_EXHAUSTED.',
    allowed: 'a number of calls from 1 to 1000000, or off',
    default: 'off',
    schema: z.union([off, schemas.integer(1, 1_000_000)]),
  },
  rateBurst: {
    variable: 'RATE_BURST',
    description: 'How many of those calls may come at once. By default as many as RATE_LIMIT.',
    allowed: 'a number of calls from 1 to 1000000',
    default: AUTOMATIC,
    schema: z.union([z.literal(AUTOMATIC), schemas.integer(1, 1_000_000)]),
  },
  maxStreamAge: {
    variable: 'MAX_STREAM_AGE',
    description:
      'A stream that is older is ended with UNAVAILABLE, so that its client opens it anew, perhaps at another instance.',
    allowed: 'a duration above 0 such as 30m, or off',
    default: 'off',
    schema: z.union([off, schemas.duration.refine((ms) => ms > 0)]),
  },
} satisfies Record<string, Setting<unknown>>;

/** Reads what bounds callers over time. A burst without a limit is a {@link StartError}: it would look like one. */
export function readLimitConfig(environment: Environment): LimitConfig {
  const { rateLimit: perSecond, rateBurst, maxStreamAge } = readSettings(environment, limitSettings);
  if (perSecond === undefined) {
    if (rateBurst !== AUTOMATIC) throw new StartError('RATE_BURST is set, but RATE_LIMIT is not: it limits nothing');
    return { rateLimit: undefined, maxStreamAge };
  }
  return { rateLimit: { perSecond, burst: rateBurst === AUTOMATIC ? perSecond : rateBurst }, maxStreamAge };
}
