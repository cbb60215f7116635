import { StartError, type Logger } from '@streamworks/common';
import { openFolderFileStore, type FolderFileStore } from './folder-file-store.js';

/** Where files are kept, and how much of them. */
export interface FilesOptions {
  readonly filesFolder: string;
  readonly fileLimit: number;
  readonly filesQuota: number;
}

/** Opens the folder of the files, and says so in the log. Throws a StartError where that cannot be. */
export async function openFiles(
  { filesFolder: folder, fileLimit, filesQuota: quota }: FilesOptions,
  log: Logger,
): Promise<FolderFileStore> {
  try {
    const files = await openFolderFileStore({ folder, fileLimit, quota, log });
    log.info({ folder, usedBytes: files.usedBytes, quota, leftovers: files.leftovers }, 'files');
    return files;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`the files in ${folder} cannot be opened: ${reason}`, { cause: error });
  }
}
