import { createRequire } from 'node:module';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runProcess, startProcess, startServiceProcess, type ServiceProcess } from '@streamworks/common/testing';
import { createPeer } from '../peer.js';
import { findFreePort } from './find-free-port.js';
import type { Command } from './other-peer.js';
import { prepareRouteGuide, type RouteGuidePrograms } from './prepare-route-guide.js';
import type { Report } from './report.js';
import { compareTours, toSteps } from './tours.js';

const START_LIMIT_MS = 30_000;
const ROUTES = 5;

/** A longer route has more metres than an int32: its server wraps, and our service says OUT_OF_RANGE. */
const POINTS = 150;

const service = dirname(createRequire(import.meta.url).resolve('@streamworks/routeguide/package.json'));

/** The two servers that have to say the same, with the same features and no notes yet. */
interface Servers {
  readonly theirs: string;
  readonly ours: string;
}

/**
 * Runs the clients of the route guide, the tutorial's in Go and ours, against its server and our service, with its feature file. Gives why
 * that cannot be done, where it cannot.
 */
export async function runRouteGuide(report: Report): Promise<string | undefined> {
  const programs = await prepareRouteGuide();
  if (typeof programs === 'string') return programs;
  report.heading(`${programs.name}: each client prints the same with its server and with our service`);
  const folder = await mkdtemp(join(tmpdir(), 'streamworks-route-guide-'));
  try {
    await using ours = await startOurs(programs, folder);
    const port = await findFreePort();
    await using theirs = startProcess(programs.server(port));
    const servers = { ours: ours.target, theirs: `127.0.0.1:${port}` };
    const problem = await waitForServer(servers.theirs);
    report.row('its server starts', problem && `${problem}: ${theirs.stderr}`);
    if (problem === undefined) await compareClients(programs, servers, report);
  } finally {
    await rm(folder, { recursive: true });
  }
  return undefined;
}

async function compareClients({ client }: RouteGuidePrograms, servers: Servers, report: Report): Promise<void> {
  const ourClient = (target: string, ...args: string[]): Command => [
    process.execPath,
    join(service, 'dist/client.js'),
    ...args,
    '--target',
    target,
  ];
  report.row('its client', await compare(client, servers));
  report.row('its client, once more', await compare(client, servers));
  report.row('our client', await compare((target) => ourClient(target, 'all', '--seed', '1'), servers));
  for (let seed = 1; seed <= ROUTES; seed += 1) {
    const args = ['record', '--points', String(POINTS), '--seed', String(seed)];
    report.row(
      `our client, a route of ${POINTS} points, seed ${seed}`,
      await compare((target) => ourClient(target, ...args), servers),
    );
  }
}

/** Runs a client with both servers; undefined where it prints the same, and else what differs. */
async function compare(client: (target: string) => Command, { theirs, ours }: Servers): Promise<string | undefined> {
  const [expected, actual] = [await runProcess(client(theirs)), await runProcess(client(ours))];
  if (expected.code !== 0) return `it fails with its server: ${expected.stderr}`;
  if (actual.code !== 0) return `it fails with our service: ${actual.stderr}`;
  // Go's log goes to stderr.
  return compareTours(toSteps(expected.stdout + expected.stderr), toSteps(actual.stdout + actual.stderr));
}

function startOurs({ features }: RouteGuidePrograms, folder: string): Promise<ServiceProcess> {
  const env = {
    DATA_DIR: folder,
    ROUTEGUIDE_FEATURES: features,
    ROUTEGUIDE_PORT: '0',
    ROUTEGUIDE_METRICS_PORT: 'off',
    SHUTDOWN_GRACE: '1s',
  };
  return startServiceProcess(join(service, 'dist/main.js'), env);
}

async function waitForServer(target: string): Promise<string | undefined> {
  const { tests, close } = createPeer(target);
  const problem = await tests.$waitForReady(START_LIMIT_MS).then(
    () => undefined,
    () => `no connection within ${START_LIMIT_MS / 1000} s`,
  );
  close();
  return problem;
}
