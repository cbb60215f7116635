import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toId } from './upload-bytes.js';

/** What lies in the folder of the files. */
export interface StoredFiles {
  /** The ids of the files whose bytes have that hash. */
  readonly whole: ReadonlySet<string>;
  /** Files whose bytes have another hash than their id. */
  readonly broken: readonly string[];
  /** Uploads that are not ended. */
  readonly uploads: readonly string[];
}

/** Reads all files of a service with its data in this folder, and their hashes. */
export async function readStoredFiles(dataDir: string): Promise<StoredFiles> {
  const folder = join(dataDir, 'stream-files');
  const whole = new Set<string>();
  const broken: string[] = [];
  for (const id of await readdir(join(folder, 'files'))) {
    const bytes = await readFile(join(folder, 'files', id, 'data')).catch(() => undefined);
    if (bytes !== undefined && toId(bytes) === id) whole.add(id);
    else broken.push(id);
  }
  return { whole, broken, uploads: await readdir(join(folder, 'uploads')) };
}
