export { startDatabases, dialects, type TestDatabases } from './start-databases.js';
export { startPostgres, type TestPostgres } from './start-postgres.js';
