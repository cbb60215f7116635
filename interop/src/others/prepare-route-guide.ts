import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runProcess } from '@streamworks/common/testing';
import { buildOnce, toCacheFolder } from './build-once.js';
import { run, type Command } from './other-peer.js';

/** The commit of the examples, and grpc-go's own module as it was then. */
const VERSION = 'v0.0.0-20260825154716-030ee8becb20';
const GRPC_VERSION = 'v1.85.0';
const EXAMPLES = 'google.golang.org/grpc/examples';
const BUILD_LIMIT_MS = 600_000;

/** The programs of the tutorial, ready to run, and its features. */
export interface RouteGuidePrograms {
  readonly name: string;
  readonly client: (target: string) => Command;
  readonly server: (port: number) => Command;
  /** The path of its feature file. */
  readonly features: string;
}

/** The route guide of https://grpc.io/docs/languages/go/basics, built as it is; or why that cannot be done. */
export async function prepareRouteGuide(): Promise<RouteGuidePrograms | string> {
  const folder = toCacheFolder(`grpc-go-route-guide-${VERSION}`);
  const problem = await buildOnce(folder, build);
  if (problem !== undefined) return problem;
  const features = join(folder, 'features.json');
  return {
    name: `grpc-go's route guide ${VERSION}`,
    client: (target) => [join(folder, 'client'), `-addr=${target}`],
    server: (port) => [join(folder, 'server'), `-port=${port}`, `-json_db_file=${features}`],
    features,
  };
}

/** The examples cannot be installed by themselves: their go.mod takes grpc-go from the folder above. */
async function build(folder: string): Promise<string | undefined> {
  const module = join(folder, 'module');
  mkdirSync(module);
  const go = (...args: string[]): Command => ['go', '-C', module, ...args];
  const steps = [
    go('mod', 'init', 'streamworks/interop'),
    go('get', `${EXAMPLES}@${VERSION}`, `google.golang.org/grpc@${GRPC_VERSION}`),
    go('build', '-mod=mod', '-o', `${folder}/`, `${EXAMPLES}/route_guide/client`, `${EXAMPLES}/route_guide/server`),
  ];
  for (const step of steps) {
    const problem = await run(step, { limitMs: BUILD_LIMIT_MS });
    if (problem !== undefined) return problem;
  }
  // oxlint-disable-next-line node/no-process-env -- Go looks for its modules there
  const inherited = process.env as Record<string, string>; // what is set is text
  const { stdout } = await runProcess(go('list', '-m', '-f', '{{.Dir}}', EXAMPLES), { env: inherited });
  copyFileSync(join(stdout.trim(), 'route_guide/testdata/route_guide_db.json'), join(folder, 'features.json'));
  return undefined;
}
