import {
  readServiceConfig,
  readSettings,
  schemas,
  type Environment,
  type ServiceConfig,
  type Setting,
} from '@streamworks/common';
import { readDatabaseConfig, type DatabaseConfig } from '@streamworks/storage';

const folder = new URL('..', import.meta.url);
const DAY_MS = 86_400_000;
const LARGEST = 999_999_999_999_999;

const numberOrOff = (least: number, most: number) =>
  schemas.text
    .regex(/^(off|\d{1,15})$/)
    .transform((text) => (text === 'off' ? undefined : Number(text)))
    .refine((number) => number === undefined || (number >= least && number <= most));

/** The settings of this service alone. */
export const chatSettings = {
  receiveIdleMs: {
    variable: 'CHAT_RECEIVE_IDLE',
    description: 'How long receiveMessage waits for a message before it ends with OK.',
    allowed: 'a duration of at least 10ms, such as 5s',
    default: '5s',
    schema: schemas.duration.refine((ms) => ms >= 10),
  },
  backlogBytes: {
    variable: 'CHAT_BACKLOG',
    description:
      'The most bytes of live messages that wait for a slow reader; more: its stream ends with RESOURCE_EXHAUSTED.',
    allowed: 'a number of bytes from 1024 to 1073741824',
    default: String(2 ** 20),
    schema: schemas.integer(1024, 2 ** 30),
  },
  rooms: {
    variable: 'CHAT_ROOMS',
    description: 'The most rooms that one call joins; one more: RESOURCE_EXHAUSTED.',
    allowed: 'a number from 1 to 100',
    default: '100',
    schema: schemas.integer(1, 100), // Node takes 128 headers of a call,
  },
  keepDays: {
    variable: 'CHAT_KEEP_DAYS',
    description: 'How many days messages are kept; their ids are forgotten with them.',
    allowed: 'a number from 1 to 36500, or off: for ever',
    default: 'off',
    schema: numberOrOff(1, 36_500),
  },
  keepBytes: {
    variable: 'CHAT_KEEP_BYTES',
    description: 'How many bytes of messages are kept, the newest; those of the last minute are, however many.',
    allowed: `a number of bytes from 1 to ${LARGEST}, or off: all`,
    default: 'off',
    schema: numberOrOff(1, LARGEST),
  },
} satisfies Record<string, Setting<unknown>>;

type Values = { [Name in keyof typeof chatSettings]: ReturnType<(typeof chatSettings)[Name]['schema']['parse']> };

/** The settings of the chat service. */
export interface ChatConfig extends ServiceConfig, Omit<Values, 'keepDays' | 'keepBytes'> {
  readonly database: DatabaseConfig;
  /** How long messages are kept, in milliseconds; undefined: for ever. */
  readonly mostAgeMs: number | undefined;
  /** How many bytes of them; undefined: all. */
  readonly mostBytes: number | undefined;
}

/** Reads the settings of the chat service. Throws a StartError that names a bad one. */
export function readConfig(environment: Environment): ChatConfig {
  const defaults = { service: 'chat', port: 9090, folder };
  const { keepDays, keepBytes, ...values } = readSettings(environment, chatSettings);
  return {
    ...readServiceConfig(environment, defaults),
    ...values,
    database: readDatabaseConfig(environment, defaults),
    mostAgeMs: keepDays === undefined ? undefined : keepDays * DAY_MS,
    mostBytes: keepBytes,
  };
}
