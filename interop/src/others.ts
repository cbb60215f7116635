import { createServer, type AddressInfo } from 'node:net';
import { startProcess } from '@streamworks/common/testing';
import { cases } from './cases.js';
import { prepareGrpcGo } from './others/grpc-go.js';
import { prepareGrpcJava } from './others/grpc-java.js';
import { run, type OtherPeer } from './others/other-peer.js';
import { createPeer } from './peer.js';
import { runCase } from './run-case.js';
import { startTestServer } from './start-test-server.js';

/** Runs all cases against the official programs of other implementations, in both directions and both ways of sending. */

const CASE_LIMIT_MS = 60_000;
const START_LIMIT_MS = 30_000;

/** Every case of ours, and one that only a server has a part in. */
const casesOfOthers = [...cases.keys(), 'pick_first_unary'];
/** grpc-go's client does not know these. */
const unknownToGo = new Set(['server_compressed_unary', 'server_compressed_streaming']);

const print = (line: string): void => void process.stdout.write(`${line}\n`);
let count = 0;
let failures = 0;

function report(name: string, reason: string | undefined): void {
  print(reason === undefined ? `✓ ${name}` : `✗ ${name}: ${reason}`);
  count += 1;
  if (reason !== undefined) failures += 1;
}

const toWay = (directHttp2: boolean): string => (directHttp2 ? 'straight to HTTP/2' : 'through grpc-js');

async function runTheirClient(peer: OtherPeer, directHttp2: boolean): Promise<void> {
  print(`\n${peer.name}: its client, our server ${toWay(directHttp2)}`);
  await using server = await startTestServer({ directHttp2 });
  for (const name of casesOfOthers) {
    if (peer.name.startsWith('grpc-go') && unknownToGo.has(name)) continue;
    report(name, await run(peer.client(name, server.port), { limitMs: CASE_LIMIT_MS }));
  }
}

async function runTheirServer(peer: OtherPeer): Promise<void> {
  const port = await findFreePort();
  await using server = startProcess(peer.server(port));
  server.ended.catch(() => undefined); // nobody answers then, and that is reported
  const target = `127.0.0.1:${port}`;
  const { tests, close } = createPeer(target);
  await tests.$waitForReady(START_LIMIT_MS);
  close();
  for (const directHttp2 of [true, false]) {
    print(`\n${peer.name}: its server, our client ${toWay(directHttp2)}`);
    for (const name of cases.keys()) report(name, await runCase(name, target, { directHttp2 }));
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo; // it listens on a port
      server.close(() => resolve(port));
    });
  });
}

for (const prepare of [prepareGrpcGo, prepareGrpcJava]) {
  const peer = await prepare();
  if (typeof peer === 'string') {
    print(`\n– skipped ${peer}`);
    continue;
  }
  for (const directHttp2 of [true, false]) await runTheirClient(peer, directHttp2);
  await runTheirServer(peer);
}
print(`\n${failures === 0 ? '✓' : '✗'} ${count - failures} of ${count} passed`);
process.exitCode = failures === 0 ? 0 : 1;
