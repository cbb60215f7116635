import { parseArgs } from 'node:util';
import { UsageError } from '@streamworks/common/cli';
import { patterns, type Contender } from './cell.js';
import { readContenders } from './read-contenders.js';
import { isOneOf, readCount, readList, readPayload } from './read-values.js';

/** What positional arguments may name: patterns, and the comparison of ours with logs and tokens to ours without. */
export const choices = [...patterns, 'guarded'] as const;

export type Choice = (typeof choices)[number];

/** What is to be run. */
export interface BenchCommand {
  /** All of them where none is named. */
  readonly choices: readonly Choice[];
  /** Undefined for those of the default plan; so are payloads and counts. */
  readonly contenders: readonly Contender[] | undefined;
  readonly payloads: readonly number[] | undefined;
  readonly counts: readonly number[] | undefined;
  readonly subscribers: number | undefined;
  readonly rounds: number;
  readonly quick: boolean;
  readonly limitSeconds: number;
  /** Files to write. */
  readonly json: string | undefined;
  readonly chart: string | undefined;
}

const text = { type: 'string' } as const;
const options = {
  peers: text,
  server: text,
  client: text,
  address: text,
  name: text,
  payload: text,
  count: text,
  subscribers: text,
  rounds: text,
  limit: text,
  json: text,
  chart: text,
  quick: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Reads the command line; undefined where it asks for help. Throws a UsageError where it makes no sense. */
export function readBenchCommand(args: readonly string[]): BenchCommand | undefined {
  const { values, positionals } = parse(args);
  if (values.help === true) return undefined;
  const { quick = false, json, chart } = values;
  const chosen = positionals.length === 0 ? choices : positionals.map(readChoice);
  if (values.subscribers !== undefined && !chosen.includes('fan-out'))
    throw new UsageError('--subscribers are those of the fan-out, which is not to be measured');
  return {
    choices: chosen,
    contenders: readContenders(values),
    payloads: values.payload === undefined ? undefined : readList(values.payload).map(readPayload),
    counts: values.count === undefined ? undefined : readList(values.count).map((item) => readCount('count', item)),
    subscribers: values.subscribers === undefined ? undefined : readCount('subscribers', values.subscribers),
    rounds: values.rounds === undefined ? (quick ? 1 : 3) : readCount('rounds', values.rounds),
    limitSeconds: values.limit === undefined ? 60 : readCount('limit', values.limit),
    quick,
    json,
    chart,
  };
}

function parse(args: readonly string[]) {
  // `pnpm bench -- --quick`: pnpm hands the dashes on.
  const given = args[0] === '--' ? args.slice(1) : [...args];
  try {
    const { values, positionals, tokens } = parseArgs({ args: given, options, allowPositionals: true, tokens: true });
    checkOnce(tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : [])));
    return { values, positionals };
  } catch (error) {
    // Node's messages go on with advice for programs that take any text.
    const [problem = ''] = (error as Error).message.split(/\.\s/);
    throw new UsageError(problem);
  }
}

function readChoice(name: string): Choice {
  if (isOneOf(choices, name)) return name;
  throw new UsageError(`there is no pattern ${JSON.stringify(name)}; there are: ${choices.join(' ')}`);
}

function checkOnce(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`--${twice} is given twice`);
}
