import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { TimedResult } from '../pages.js';
import { toParameters, type Parameter } from '../parameters.js';

/** So many compiled statements are kept: a service has a few dozens. */
const MOST_STATEMENTS = 256;

/** Runs statements on a file, each compiled once. */
export interface Statements {
  /** Runs a statement to its end: synchronously, as SQLite does. */
  run<Row>(text: string, parameters: readonly unknown[]): TimedResult<Row>;
}

interface Statement {
  readonly compiled: StatementSyncInstance;
  readonly hasRows: boolean;
}

export function createStatements(file: DatabaseSyncInstance): Statements {
  const statements = new Map<string, Statement>(); // in the order of their last use

  function prepare(text: string): Statement {
    const known = statements.get(text);
    if (known !== undefined) {
      statements.delete(text);
      statements.set(text, known);
      return known;
    }
    const [oldest] = statements.keys();
    if (oldest !== undefined && statements.size === MOST_STATEMENTS) statements.delete(oldest);
    const compiled = file.prepare(text);
    const statement = { compiled, hasRows: compiled.columns().length > 0 };
    statements.set(text, statement);
    return statement;
  }

  return {
    run<Row>(text: string, parameters: readonly unknown[]): TimedResult<Row> {
      const start = performance.now();
      const values = toParameters(parameters).map(toBound);
      const { compiled, hasRows } = prepare(text);
      if (hasRows) {
        // Rows have the types that the query says: kysely knows them, the driver does not.
        const rows = compiled.all(...values) as Row[];
        return { rows, heldMs: performance.now() - start };
      }
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
