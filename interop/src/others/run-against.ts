import { startProcess, type TestProcess } from '@streamworks/common/testing';
import { cases } from '../cases.js';
import { createPeer } from '../peer.js';
import { runCase } from '../run-case.js';
import { startTestServer } from '../start-test-server.js';
import { findFreePort } from './find-free-port.js';
import { run, toLastLines, type OtherPeer, type Prepare } from './other-peer.js';
import type { Report } from './report.js';

const CASE_LIMIT_MS = 60_000;
const START_LIMIT_MS = 30_000;

/** Every case of ours, and one that only a server has a part in. */
const casesOfOthers = [...cases.keys(), 'pick_first_unary'];
/** grpc-go's client does not know these. */
const unknownToGo = new Set(['server_compressed_unary', 'server_compressed_streaming']);

const toWay = (directHttp2: boolean): string => (directHttp2 ? 'straight to HTTP/2' : 'through grpc-js');

/**
 * Runs all cases with an implementation, in both directions and both ways of sending. Gives why it cannot be run here, where it
 * cannot.
 */
export async function runCases(prepare: Prepare, report: Report): Promise<string | undefined> {
  const peer = await prepare();
  if (typeof peer === 'string') return peer;
  for (const directHttp2 of [true, false]) await runTheirClient(peer, directHttp2, report);
  await runTheirServer(peer, report);
  return undefined;
}

/** Runs all cases of their client against our server, with a row for each. */
async function runTheirClient(peer: OtherPeer, directHttp2: boolean, report: Report): Promise<void> {
  report.heading(`${peer.name}: its client, our server ${toWay(directHttp2)}`);
  await using server = await startTestServer({ directHttp2 });
  for (const name of casesOfOthers) {
    if (peer.name.startsWith('grpc-go') && unknownToGo.has(name)) continue;
    report.row(name, await run(peer.client(name, server.port), { limitMs: CASE_LIMIT_MS }));
  }
}

/** Runs all cases of our client against their server, in both ways of sending, with a row for each. */
export async function runTheirServer(peer: OtherPeer, report: Report): Promise<void> {
  const port = await findFreePort();
  const target = `127.0.0.1:${port}`;
  await using server = startProcess(peer.server(port));
  const problem = await waitForServer(server, target);
  if (problem !== undefined) {
    report.heading(`${peer.name}: its server, our client`);
    report.row('its server starts', problem);
    return;
  }
  for (const directHttp2 of [true, false]) {
    report.heading(`${peer.name}: its server, our client ${toWay(directHttp2)}`);
    for (const name of cases.keys()) report.row(name, await runCase(name, target, { directHttp2 }));
  }
}

/** Waits until the server takes calls. Gives undefined then, and else why it does not, with the end of its output. */
async function waitForServer(server: TestProcess, target: string): Promise<string | undefined> {
  const { tests, close } = createPeer(target);
  const problem = await Promise.race([
    tests.$waitForReady(START_LIMIT_MS).then(
      () => undefined,
      () => `no connection within ${START_LIMIT_MS / 1000} s`,
    ),
    server.ended.then(
      ({ code, signal }) => `it ended with ${signal ?? `exit code ${code}`}`,
      (error: unknown) => `it cannot be run: ${(error as Error).message}`,
    ),
  ]);
  close();
  return problem && [problem, ...toLastLines(server)].join('\n    ');
}
