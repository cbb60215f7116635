import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run, toCacheFolder, type OtherPeer } from './other-peer.js';

const VERSION = 'v1.85.0';
const BUILD_LIMIT_MS = 600_000;

/** The interop programs of https://github.com/grpc/grpc-go, built by `go install`. */
export async function prepareGrpcGo(): Promise<OtherPeer | string> {
  const folder = toCacheFolder(`grpc-go-${VERSION}`);
  const programs = ['client', 'server'].map((name) => ({
    file: join(folder, name),
    source: `google.golang.org/grpc/interop/${name}@${VERSION}`,
  }));
  for (const { file, source } of programs) {
    if (existsSync(file)) continue;
    const problem = await run(['go', 'install', source], { limitMs: BUILD_LIMIT_MS, env: { GOBIN: folder } });
    if (problem !== undefined) return `grpc-go: ${problem}`;
  }
  const [client, server] = programs.map(({ file }) => file) as [string, string]; // the two of the list above
  return {
    name: `grpc-go ${VERSION}`,
    client: (name, port) => [client, '-server_host=127.0.0.1', `-server_port=${port}`, `-test_case=${name}`],
    server: (port) => [server, `-port=${port}`],
  };
}
