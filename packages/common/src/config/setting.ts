import { z } from 'zod';
import { toShownValue } from './shown-value.js';

/** The environment of a process, as `process.env` gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One setting: where it is read, what it may be and what it is when nothing is set. */
export interface Setting<Value> {
  /** The environment variable. */
  readonly variable: string;
  readonly description: string;
  /** What a value has to be, in words: it ends the sentence "must be …". */
  readonly allowed: string;
  /** The value when the variable is unset or empty, as it would be written there. */
  readonly default: string;
  readonly schema: z.ZodType<Value, string>;
}

/** A setting that cannot be used, or anything else that stops a start: one line, for the person who starts it. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** The values of a table of settings. */
export type Values<Settings extends Record<string, Setting<unknown>>> = {
  [Name in keyof Settings]: Settings[Name] extends Setting<infer Value> ? Value : never;
};

/** Reads every setting of the table from the environment. Throws a {@link StartError} for the first that is bad. */
export function readSettings<Settings extends Record<string, Setting<unknown>>>(
  environment: Environment,
  settings: Settings,
): Values<Settings> {
  const entries = Object.entries(settings).map(([name, setting]) => [name, readSetting(environment, setting)]);
  return Object.fromEntries(entries) as Values<Settings>; // each value came from the schema of its own setting
}

function readSetting<Value>(environment: Environment, setting: Setting<Value>): Value {
  const given = environment[setting.variable];
  const text = given === undefined || given === '' ? setting.default : given;
  const result = setting.schema.safeParse(text);
  if (result.success) return result.data;
  throw new StartError(`${setting.variable}=${toShownValue(setting.variable, text)}: must be ${setting.allowed}`);
}

/** The longest time that a timer of Node can wait: about 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

const digits = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/** Schemas for the values that settings have in common. Each reads text. */
export const schemas = {
  /** A whole number within the bounds. */
  integer: (least: number, most: number) => digits.refine((value) => value >= least && value <= most),
  port: digits.refine((value) => value <= 65_535),
  onOff: z.enum(['on', 'off']).transform((value) => value === 'on'),
  text: z.string(),
  /** `1500ms`, `10s`, `2m`, or seconds without a unit, up to 24 days; in milliseconds. */
  duration: z
    .string()
    .regex(/^\d{1,9}(\.\d{1,3})?(ms|s|m)?$/)
    .transform((text) => {
      const unit = /(ms|s|m)$/.exec(text)?.[1] ?? 's';
      return Number.parseFloat(text) * { ms: 1, s: 1_000, m: 60_000 }[unit as 'ms' | 's' | 'm'];
    })
    .refine((ms) => ms <= LONGEST_MS),
};
