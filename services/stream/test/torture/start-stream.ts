import { fileURLToPath } from 'node:url';
import { startServiceProcess, type ServiceProcess } from '@streamworks/common/testing';

/** The program: as far from here as from where this is compiled to. */
export const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Starts the service as a process, on free ports, with its data in a folder. */
export function startStream(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
  return startServiceProcess(main, toEnvironment(dataDir, env));
}

/** What such a process is given. */
export function toEnvironment(dataDir: string, env: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { DATA_DIR: dataDir, STREAM_PORT: '0', STREAM_METRICS_PORT: '0', SHUTDOWN_GRACE: '1s', ...env };
}
