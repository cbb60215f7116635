import { join } from 'node:path';
import { buildOnce, toCacheFolder } from './build-once.js';
import { run, type OtherPeer } from './other-peer.js';

const VERSION = 'v1.85.0';
const BUILD_LIMIT_MS = 600_000;

/** The interop programs of https://github.com/grpc/grpc-go, built by `go install`. */
export async function prepareGrpcGo(): Promise<OtherPeer | string> {
  const folder = toCacheFolder(`grpc-go-${VERSION}`);
  const problem = await buildOnce(folder, (unfinished) => {
    const sources = ['client', 'server'].map((name) => `google.golang.org/grpc/interop/${name}@${VERSION}`);
    return run(['go', 'install', ...sources], { limitMs: BUILD_LIMIT_MS, env: { GOBIN: unfinished } });
  });
  if (problem !== undefined) return problem;
  return {
    name: `grpc-go ${VERSION}`,
    client: (name, port) => [
      join(folder, 'client'),
      '-server_host=127.0.0.1',
      `-server_port=${port}`,
      `-test_case=${name}`,
    ],
    server: (port) => [join(folder, 'server'), `-port=${port}`],
  };
}
