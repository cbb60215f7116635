import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { QueryResult } from 'kysely';
import { toParameters, type Parameter } from '../parameters.js';

/** So many compiled statements are kept: a service has a few dozens. */
const MOST_STATEMENTS = 256;

/** Runs statements on a file, each compiled once. */
export interface Statements {
  /** Runs a statement to its end: synchronously, as SQLite does. */
  run<Row>(text: string, parameters: readonly unknown[]): QueryResult<Row>;
}

interface Statement {
  readonly compiled: StatementSyncInstance;
  readonly hasRows: boolean;
}

export function createStatements(file: DatabaseSyncInstance): Statements {
  const statements = new Map<string, Statement>();

  function prepare(text: string): Statement {
    const known = statements.get(text);
    if (known !== undefined) {
      statements.delete(text); // the map's order is that of use
      statements.set(text, known);
      return known;
    }
    const compiled = file.prepare(text);
    const statement = { compiled, hasRows: compiled.columns().length > 0 };
    statements.set(text, statement);
    for (const oldest of statements.keys()) {
      if (statements.size <= MOST_STATEMENTS) break;
      statements.delete(oldest);
    }
    return statement;
  }

  return {
    run<Row>(text: string, parameters: readonly unknown[]): QueryResult<Row> {
      const values = toParameters(parameters).map(toBound);
      const { compiled, hasRows } = prepare(text);
      // Rows have the types that the query says: kysely knows them, the driver does not.
      if (hasRows) return { rows: compiled.all(...values) as Row[] };
      const { changes, lastInsertRowid } = compiled.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    },
  };
}

/** The driver binds a positive number below this one as 0. */
const LEAST_BOUND = 2 ** -52;

/** As text a column of doubles reads such a number exactly. */
function toBound(value: Parameter): Parameter {
  return typeof value === 'number' && value > 0 && value < LEAST_BOUND ? String(value) : value;
}
