import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Dialect } from './database.js';

/** The types of columns, as the database at hand has them. There are no others that both databases treat alike. */
export interface ColumnTypes {
  /** A whole number of 64 bits. */
  readonly integer: RawBuilder<unknown>;
  /** A finite number. */
  readonly double: RawBuilder<unknown>;
  /** Text, compared and ordered by its code points and not by a language. */
  readonly text: RawBuilder<unknown>;
  readonly bytes: RawBuilder<unknown>;
}

/** One step of a schema. What has been released is never changed: a further migration is added. */
export interface Migration {
  /** Makes the change. All migrations that are due run in one transaction: a failure leaves nothing behind. */
  up(database: Kysely<any>, types: ColumnTypes, dialect: Dialect): Promise<void>;
}

/** The migrations of a schema by name; they run in the order of their names: `0001-notes`. */
export type Migrations = Readonly<Record<string, Migration>>;

/** The types of columns of each database. */
export const columnTypes: Readonly<Record<Dialect, ColumnTypes>> = {
  sqlite: { integer: sql`integer`, double: sql`real`, text: sql`text`, bytes: sql`blob` },
  // The collation of a PostgreSQL database may be any language's.
  postgres: { integer: sql`bigint`, double: sql`double precision`, text: sql`text collate "C"`, bytes: sql`bytea` },
};
