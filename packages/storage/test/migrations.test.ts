import { createLogger, StartError } from '@streamworks/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openDatabase,
  sql,
  type Database,
  type DatabaseConfig,
  type Migration,
  type Migrations,
} from '../src/index.js';
import { dialects, startDatabases, type TestDatabases } from '../src/testing/index.js';

interface StepsSchema {
  step: { name: string; by: bigint };
}

const log = createLogger({ service: 'test', logLevel: 'silent' });

/** A migration that writes its name. */
const step = (name: string): Migration => ({
  async up(database: Database<StepsSchema>['query']) {
    await database.insertInto('step').values({ name, by: 0n }).execute();
  },
});

const table: Migration = {
  async up(database, { text, integer }) {
    await database.schema.createTable('step').addColumn('name', text).addColumn('by', integer).execute();
  },
};

const failing: Migration = {
  up: async (database) => void (await sql`insert into nothing\n values (1)`.execute(database)),
};

describe.each(dialects)('migrations on %s', (dialect) => {
  let databases: TestDatabases;
  const opened: Database<StepsSchema>[] = [];
  beforeAll(async () => (databases = await startDatabases(dialect)));
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await databases[Symbol.asyncDispose]();
  });

  /** Opens as an instance beside others. */
  async function open(config: DatabaseConfig, migrations: Migrations): Promise<Database<StepsSchema>> {
    const database = await openDatabase<StepsSchema>({ ...config, migrations, log, shared: true });
    opened.push(database);
    return database;
  }

  const readSteps = async (database: Database<StepsSchema>): Promise<string[]> =>
    (await database.query.selectFrom('step').select('name').execute()).map(({ name }) => name);

  async function failure(config: DatabaseConfig, migrations: Migrations): Promise<string> {
    const error = await open(config, migrations).catch((reason: unknown) => reason);
    if (error instanceof StartError) return error.message;
    throw new Error('opened', { cause: error });
  }

  it('run once, in the order of their names', async () => {
    const config = await databases.create();
    await open(config, { '0002-b': step('b'), '0001-table': table });
    const database = await open(config, { '0001-table': table, '0002-b': step('b'), '0003-c': step('c') });
    expect(await readSteps(database)).toEqual(['b', 'c']);
  });

  it('run once where several instances start at once', async () => {
    const config = await databases.create();
    const migrations = { '0001-table': table, '0002-b': step('b') };
    const instances = await Promise.all(Array.from({ length: 5 }, () => open(config, migrations)));
    expect(await Promise.all(instances.map(readSteps))).toEqual(Array(5).fill(['b']));
  });

  it('leave nothing behind where one fails, and stop the start with one line', async () => {
    const config = await databases.create();
    const message = await failure(config, { '0001-table': table, '0002-b': step('b'), '0003-c': failing });
    expect(message).toMatch(/^the migration 0003-c of the database \S+ fails: [^\n]*nothing[^\n]*$/);
    const database = await open(config, { '0001-table': table, '0002-other': step('other') });
    expect(await readSteps(database)).toEqual(['other']);
  });

  it('refuse a schema that is newer than the program', async () => {
    const config = await databases.create();
    await open(config, { '0001-table': table, '0002-b': step('b') });
    expect(await failure(config, { '0001-table': table })).toMatch(
      /^the database \S+ is newer than this program, which does not know its migration 0002-b$/,
    );
  });

  it('refuse one that comes before those that have been run', async () => {
    const config = await databases.create();
    await open(config, { '0001-table': table, '0003-c': step('c') });
    const message = await failure(config, { '0001-table': table, '0002-b': step('b'), '0003-c': step('c') });
    expect(message).toMatch(/^the database \S+ cannot be migrated: [^\n]*0003-c[^\n]*$/);
  });
});
