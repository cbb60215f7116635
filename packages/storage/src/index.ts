// A database: where it is, what is in it, what is done with it.
export { openDatabase, type OpenOptions } from './open-database.js';
export type { Database, Dialect, PageOptions, PageQuery, Stop, TransactionOptions } from './database.js';
export type { ColumnTypes, Migration, Migrations } from './migration.js';
export { databaseSettings, readDatabaseConfig, type DatabaseConfig } from './database-settings.js';
export { isUniqueViolation } from './is-unique-violation.js';

// What queries and tables are written with: kysely's own.
export { sql, type Generated, type Insertable, type Kysely, type Selectable, type Transaction } from 'kysely';
