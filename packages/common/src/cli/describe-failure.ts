import { EncodeError } from '@streamworks/proto';
import { CallError } from '../errors/call-error.js';
import type { ClientCommand } from './client-command.js';
import { toInvocation } from './command-line.js';
import { UsageError } from './usage-error.js';

/** What a person is told of an error that ends a client script, and what to try next. */
export function describeFailure(error: unknown, command: ClientCommand): string {
  if (error instanceof UsageError) return `${error.message}\nTry: ${toInvocation(command)} --help`;
  if (error instanceof CallError) return describeCall(error, command);
  if (error instanceof EncodeError) return error.message;
  // An Error as such is said to the user; anything more special is a bug, and its place is wanted.
  if (error instanceof Error) return error.name === 'Error' ? error.message : (error.stack ?? error.message);
  return String(error);
}

function describeCall({ code, statusMessage }: CallError, { name, target }: ClientCommand): string {
  if (code === 'UNIMPLEMENTED') {
    return `${code}: ${statusMessage}\nIs this another service? By default ${name} listens on ${target}.`;
  }
  // Where TLS stands between client and server, the server runs.
  if (code !== 'UNAVAILABLE' || /TLS|certificate/.test(statusMessage)) return `${code}: ${statusMessage}`;
  return `${code}: ${statusMessage}\nIs the service running? Start all with: pnpm dev (by default ${name} listens on ${target})`;
}
