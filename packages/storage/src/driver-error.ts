import { StatusError, type ErrorCode } from '@streamworks/common';

/** What the errors of both drivers have. */
interface DriverError extends Error {
  /** SQLSTATE, `ERR_SQLITE_ERROR`, or the name of a system error: `ECONNREFUSED`. */
  readonly code?: string;
  /** SQLite's extended result code: https://sqlite.org/rescode.html */
  readonly errcode?: number;
  /** What failed, of a system error. */
  readonly syscall?: string;
}

/** What a failure is to whoever called: the status, and a message that shows nothing of the database. */
interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  /** Whether the connection is lost with it. */
  readonly lost?: true;
}

const unreachable: Failure = { code: 'UNAVAILABLE', message: 'the database cannot be reached', lost: true };
const busy: Failure = { code: 'UNAVAILABLE', message: 'the database is busy' };
const slow: Failure = { code: 'UNAVAILABLE', message: 'the database took too long' };
const full: Failure = { code: 'RESOURCE_EXHAUSTED', message: 'the database has no space left' };
const conflict: Failure = { code: 'ABORTED', message: 'the transaction conflicts with another one' };

/** By SQLite's primary result code. */
const sqliteFailures: Readonly<Record<number, Failure>> = {
  5: busy, // BUSY
  6: busy, // LOCKED
  8: { code: 'UNAVAILABLE', message: 'the database takes no changes' }, // READONLY
  10: { code: 'UNAVAILABLE', message: 'the file of the database cannot be read or written' }, // IOERR
  13: full, // FULL
  14: { code: 'UNAVAILABLE', message: 'the file of the database cannot be opened' }, // CANTOPEN
  15: busy, // PROTOCOL
};

/** By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const postgresFailures: Readonly<Record<string, Failure>> = {
  '25006': unreachable, // read only: a standby has been reached after a failover
  '25P03': { ...slow, lost: true }, // idle in a transaction for too long
  '40001': conflict,
  '40P01': conflict,
  '53000': busy,
  '53100': full,
  '53200': busy,
  '53300': { ...busy, lost: true }, // too many connections
  '55P03': busy, // a lock was not to be had in time
  '57014': slow, // statement timeout
  '57P01': unreachable, // shut down
  '57P02': unreachable, // crashed
  '57P03': unreachable, // starting
  '57P05': unreachable, // idle for too long
};

/** System errors of a connection, and those that pg has no code for. */
const networkCodes =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN)$/;
const lostMessages =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|server closed)/;
const timeoutMessages = /^(timeout expired|Query read timeout)/;
const poolMessages = /^timeout exceeded when trying to connect/;

function findFailure(error: DriverError): Failure | undefined {
  const { code = '', errcode, message } = error;
  if (code === 'ERR_SQLITE_ERROR') return sqliteFailures[(errcode ?? 0) & 0xff];
  if (/^[0-9A-Z]{5}$/.test(code) && !networkCodes.test(code)) {
    return postgresFailures[code] ?? (code.startsWith('08') ? unreachable : undefined);
  }
  const isSocketGone = code === 'ENOENT' && error.syscall === 'connect'; // and no certificate that is missing
  if (networkCodes.test(code) || isSocketGone || lostMessages.test(message)) return unreachable;
  if (timeoutMessages.test(message)) return { ...slow, lost: true };
  return poolMessages.test(message) ? busy : undefined;
}

/** The StatusError that a driver's error is to a caller, with that as its cause; the same error where it is none. */
export function toStorageError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StatusError) return error;
  const failure = findFailure(error);
  return failure === undefined ? error : new StatusError(failure.code, failure.message, { cause: error });
}

/** Whether the connection that an error came over cannot be used any longer, or none could be made. */
export function isLostConnection(error: unknown): error is Error {
  return error instanceof Error && findFailure(error)?.lost === true;
}

/** Whether a transaction failed only because of another one, and can be run again. */
export function isConflict(error: unknown): boolean {
  return error instanceof StatusError && error.code === 'ABORTED' && error.message === conflict.message;
}
