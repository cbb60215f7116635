// A service that stores notes one after the other, for tests that kill it, or what it stores in. It serves nothing but /readyz. With
// NOTES_WRITERS it writes, numbers from NOTES_FROM or the last one on, and says on stdout which are stored.
import { createLogger, readServiceConfig, runService, serve, StatusError } from '@streamworks/common';
import { openDatabase, readDatabaseConfig } from '../../dist/index.js';

const migrations = {
  '0001-note': {
    async up(database, { integer }) {
      await database.schema
        .createTable('note')
        .addColumn('number', integer, (column) => column.primaryKey())
        .execute();
    },
  },
};

const say = (line) => process.stdout.write(`${line}\n`);

let number = 0n;

async function write(database) {
  for (;;) {
    const next = (number += 1n);
    try {
      await database.transaction((transaction) => transaction.insertInto('note').values({ number: next }).execute());
      say(`stored ${next}`);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      say(`failed ${error.code}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

// Root may write to everything: who tests what another user may not do says which.
const { NOTES_UID: uid, NOTES_EFFECTIVE_UID: effectiveUid } = process.env;
if (uid !== undefined) process.setuid(Number(uid));
if (effectiveUid !== undefined) process.seteuid(Number(effectiveUid));

await runService(async () => {
  const config = readServiceConfig(process.env, { service: 'notes', port: 0 });
  const log = createLogger(config);
  const database = await openDatabase({
    ...readDatabaseConfig(process.env, { service: 'notes' }),
    migrations,
    log,
    shared: process.env.NOTES_SHARED === 'on',
  });
  const { last } = await database.query
    .selectFrom('note')
    .select(({ fn }) => fn.max('number').as('last'))
    .executeTakeFirstOrThrow();
  number = BigInt(process.env.NOTES_FROM ?? last ?? 0);
  const server = await serve({
    config,
    log,
    services: [],
    isReady: () => database.isReady,
    onStopped: () => database.close(),
  });
  for (let count = 0; count < Number(process.env.NOTES_WRITERS ?? 0); count += 1) void write(database);
  say(`ready ${server.metricsPort}`);
  return server;
});
