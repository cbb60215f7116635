import { fileURLToPath } from 'node:url';
import { startProcess, until, type TestProcess } from '@streamworks/common/testing';
import type { DatabaseConfig } from '../../src/index.js';

/** A process that stores notes: `notes-service.mjs`. */
export interface NotesService extends TestProcess {
  /** The numbers that it has said to be stored. */
  readonly stored: readonly bigint[];
  /** Resolves when it serves. */
  untilReady(): Promise<void>;
  /** The status of /readyz. */
  readyz(): Promise<number>;
}

const program = fileURLToPath(new URL('notes-service.mjs', import.meta.url));

/** Starts it on a database, with its other settings. */
export function startNotesService(
  { url, dataDir }: DatabaseConfig,
  settings: Readonly<Record<string, string>> = {},
): NotesService {
  const env = { NOTES_DATABASE_URL: url, DATA_DIR: dataDir, LOG_LEVEL: 'warn', NOTES_PORT: '0', ...settings };
  const service = startProcess([process.execPath, program], { env });
  const find = (pattern: RegExp): string | undefined => pattern.exec(service.stdout)?.[1];
  return Object.defineProperties(service as NotesService, {
    stored: { get: () => [...service.stdout.matchAll(/^stored (\d+)$/gm)].map(([, number = '']) => BigInt(number)) },
    untilReady: { value: () => until(() => find(/^ready (\d+)$/m) !== undefined) },
    readyz: { value: async () => (await fetch(`http://localhost:${find(/^ready (\d+)$/m)}/readyz`)).status },
  });
}
