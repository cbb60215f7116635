import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineService } from '@streamworks/common';
import { startService, type TestServer } from '@streamworks/common/testing';
import { RouteGuide, type Feature } from '@streamworks/proto/routeguide/route_guide';
import type { TestDatabases } from '@streamworks/storage/testing';
import { createDatabaseNoteStore } from '../../src/database-note-store.js';
import { createFeatures } from '../../src/features.js';
import { createHandlers } from '../../src/handlers.js';
import { migrations, type NoteSchema } from '../../src/migrations.js';

/** The list that ships with the service. */
export const shipped = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../features.json', import.meta.url)), 'utf8'),
) as readonly Feature[];

/** What a test may set. */
export interface ServeOptions {
  readonly list?: readonly Feature[];
  readonly notesPerPoint?: number;
  readonly now?: () => number;
}

/** Serves the route guide in this process, with an empty database. */
export async function serveRouteguide(
  databases: TestDatabases,
  { list = shipped, notesPerPoint = 1000, ...options }: ServeOptions = {},
): Promise<TestServer> {
  const notes = createDatabaseNoteStore(await databases.open<NoteSchema>(migrations), { notesPerPoint });
  return startService([
    defineService(RouteGuide, createHandlers({ features: createFeatures(list), notes, ...options })),
  ]);
}
