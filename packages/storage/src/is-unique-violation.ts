/** SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE and _ROWID: https://sqlite.org/rescode.html */
const sqliteCodes: ReadonlySet<unknown> = new Set([1555, 2067, 2579]);

/** PostgreSQL's unique_violation. */
const POSTGRES_CODE = '23505';

/** Whether a statement failed because a row with the same key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  if (error.code === 'ERR_SQLITE_ERROR') return 'errcode' in error && sqliteCodes.has(error.errcode);
  return error.code === POSTGRES_CODE;
}
