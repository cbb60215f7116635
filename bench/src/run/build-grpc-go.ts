import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { endWithUs } from './child.js';

const folder = fileURLToPath(new URL('../../go', import.meta.url));
const LIMIT_MS = 600_000;

/** Where the server on grpc-go is, once it has been built. */
export const grpcGoProgram = fileURLToPath(new URL('../../../node_modules/.cache/bench/grpc-go', import.meta.url));

/** The versions that the server on grpc-go was built with, or why it cannot be built. */
export type GrpcGoBuild = { readonly versions: Readonly<Record<string, string>> } | { readonly problem: string };

/**
 * Builds the server on grpc-go: minutes and a network where Go has not fetched its modules yet, a second where nothing has
 * changed.
 */
export async function buildGrpcGo(): Promise<GrpcGoBuild> {
  try {
    await go('build', '-trimpath', '-o', grpcGoProgram, '.');
    const [, grpc = 'unknown'] =
      /google\.golang\.org\/grpc v(\S+)/.exec(readFileSync(join(folder, 'go.mod'), 'utf8')) ?? [];
    const version = await go('env', 'GOVERSION');
    return { versions: { 'grpc-go': grpc, go: version.replace(/^go/, '') } };
  } catch (error) {
    const { code, stderr, message } = error as Error & { code?: unknown; stderr?: string }; // those of execFile
    return { problem: code === 'ENOENT' ? 'there is no program go' : stderr?.trim().split('\n').at(-1) || message };
  }
}

async function go(...args: readonly string[]): Promise<string> {
  const running = promisify(execFile)('go', args, { cwd: folder, timeout: LIMIT_MS });
  endWithUs(running.child);
  const { stdout } = await running;
  return stdout.trim();
}
