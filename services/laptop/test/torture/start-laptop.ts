import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@streamworks/common';
import { startServiceProcess, type ServiceProcess } from '@streamworks/common/testing';
import { openDatabase, readDatabaseConfig, type Database } from '@streamworks/storage';
import { migrations, type LaptopSchema } from '../../dist/migrations.js';

/** The program: as far from here as from where this is compiled to. */
export const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** A folder for the data of one service; it is removed at the end of its scope. */
export async function createFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'streamworks-laptop-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Starts the service on a folder; nobody is asked for a token. */
export function startLaptop(folder: string, env: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
  const defaults = { DATA_DIR: folder, LAPTOP_PORT: '0', LAPTOP_METRICS_PORT: '0', LAPTOP_AUTH: 'off' };
  return startServiceProcess(main, { ...defaults, ...env });
}

/** Opens the database of a service that does not run, or beside one that does. */
export function openCatalogue(folder: string): Promise<Database<LaptopSchema>> {
  const config = readDatabaseConfig({ DATA_DIR: folder }, { service: 'laptop' });
  return openDatabase<LaptopSchema>({
    ...config,
    migrations,
    log: createLogger({ service: 'test', logLevel: 'silent' }),
    shared: true,
  });
}
