import { accessSync, constants, existsSync, lstatSync, mkdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * The path of a file behind all links, by which every process knows it; its folder is made where that is missing. Throws an
 * error that says what is in the way.
 */
export function locateFile(file: string): string {
  makeFolder(dirname(file));
  const located = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()
    ? followLink(file)
    : join(realpathSync(dirname(file)), basename(file));
  if (statSync(located, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a folder');
  return located;
}

/**
 * Throws where this process may not write to a file, or not make it where it is missing: SQLite opens such a file, and refuses
 * only the changes.
 */
export function assertWritable(file: string): void {
  const isThere = existsSync(file);
  const path = isThere ? file : dirname(file);
  try {
    accessSync(path, constants.W_OK | (isThere ? constants.R_OK : constants.X_OK));
  } catch (error) {
    throw new Error(`${path} may not be written to (${toCode(error)})`, { cause: error });
  }
}

/** Not `mkdirSync` with `recursive`, which never returns where a folder cannot have any in it, such as /proc. */
function makeFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found !== undefined) throw new Error(`${folder} is no folder`);
  const isLink = lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink();
  if (isLink) throw new Error(`${folder} is a link to nothing`);
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    const byAnother = statSync(folder, { throwIfNoEntry: false })?.isDirectory();
    if (!byAnother) throw new Error(`the folder ${folder} cannot be made (${toCode(error)})`, { cause: error });
  }
}

/** Through each link that leads to a file, though that may not be there yet. */
function followLink(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if (toCode(error) !== 'ENOENT') throw error;
    return locateFile(resolve(realpathSync(dirname(file)), readlinkSync(file)));
  }
}

function toCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
