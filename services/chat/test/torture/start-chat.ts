import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServiceProcess, type ServiceProcess } from '@streamworks/common/testing';

/** The program: as far from here as from where this is compiled to. */
export const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Starts the service as a process, on a free port unless one is given, with its data in a folder. */
export function startChat(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
  return startServiceProcess(main, {
    DATA_DIR: dataDir,
    CHAT_PORT: '0',
    CHAT_METRICS_PORT: '0',
    SHUTDOWN_GRACE: '1s',
    ...env,
  });
}

/** A folder that goes when its scope is left. */
export async function createFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'streamworks-chat-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
