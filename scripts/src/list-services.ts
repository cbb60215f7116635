import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Environment, ServiceConfig } from '@streamworks/common';

/** The root of the repository. */
export const rootFolder = fileURLToPath(new URL('../..', import.meta.url));

/** A service of the repository: every folder of `services` that has a package.json. */
export interface ServiceFolder {
  /** The name of the folder, which is the name of the service: `pow`. */
  readonly name: string;
  readonly folder: string;
}

/** The services, by name; a new one is found by being there. */
export function listServices(root: string = rootFolder): ServiceFolder[] {
  const folder = join(root, 'services');
  return readdirSync(folder)
    .map((name) => ({ name, folder: join(folder, name) }))
    .filter((service) => existsSync(join(service.folder, 'package.json')))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/**
 * What a service makes of the environment, by its own built `readConfig`. Rejects where it is not built, and where a
 * setting is bad. It is read anew where it has been built anew.
 */
export async function readConfig({ folder }: ServiceFolder, environment: Environment): Promise<ServiceConfig> {
  const file = join(folder, 'dist/config.js');
  const url = pathToFileURL(file);
  url.search = String(statSync(file).mtimeMs);
  const module = (await import(url.href)) as { readConfig: (environment: Environment) => ServiceConfig };
  return module.readConfig(environment);
}

/** The package.json of a folder. */
export function readPackage(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
}
