export { startDatabases, dialects, type TestDatabases, type TestOpenOptions } from './start-databases.js';
export { startPostgres, type TestPostgres } from './start-postgres.js';
