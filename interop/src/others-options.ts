import { UsageError } from '@streamworks/common/cli';
import { readFlags } from './flags.js';
import { prepareGrpcGo } from './others/grpc-go.js';
import { prepareGrpcJava } from './others/grpc-java.js';
import type { Report } from './others/report.js';
import { runRouteGuide } from './others/route-guide.js';
import { runCases } from './others/run-against.js';

/** Runs everything with one implementation; gives why it cannot be run here, where it cannot. */
export type RunOther = (report: Report) => Promise<string | undefined>;

/** The other implementations by their names. */
const implementations: ReadonlyMap<string, RunOther> = new Map([
  ['grpc-go', (report) => runCases(prepareGrpcGo, report)],
  ['grpc-java', (report) => runCases(prepareGrpcJava, report)],
  ['route-guide', runRouteGuide],
]);

const names = [...implementations.keys()];

/** What is to be run. */
export interface OthersCommand {
  readonly chosen: ReadonlyMap<string, RunOther>;
}

export const help = `Usage: pnpm interop:others [--only <implementation>]

Runs all cases against the official programs of other implementations: their clients against our server, and our client
against their servers; and the tutorial's route guide in Go against our service. The first run builds them, which takes minutes, a network, and Go, or Java and Maven; an
implementation that cannot be built is skipped. Exit code 1 when a case fails, or when nothing was run.

  --only <implementation>  one of ${names.join(', ')}
`;

/** Reads the command line; undefined where it asks for help. Throws a UsageError where it makes no sense. */
export function readOthersCommand(args: readonly string[]): OthersCommand | undefined {
  const flags = readFlags(args, ['only']);
  if (flags === undefined) return undefined;
  const { only } = flags;
  if (only === undefined) return { chosen: implementations };
  const runOther = implementations.get(only);
  if (runOther !== undefined) return { chosen: new Map([[only, runOther]]) };
  throw new UsageError(`there is no implementation ${JSON.stringify(only)}; there are: ${names.join(' ')}`);
}
