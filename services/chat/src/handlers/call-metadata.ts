import { invalidArgument, readBytes, readText, StatusError, type Context, type Metadata } from '@streamworks/common';
import { checkName } from './check-message.js';

/** What a caller asks of its stream. */
export interface Delivery {
  /** Where the stream begins; undefined: where it would by itself. */
  readonly after: bigint | undefined;
  /** Whether the caller gets its own messages back. */
  readonly echo: boolean;
  /** Whether the caller knows of sequences and ids: others get messages as they were before there were any. */
  readonly isFull: boolean;
}

const MOST_SEQUENCE = 2n ** 63n - 1n;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads `after-sequence` and `echo`. Throws INVALID_ARGUMENT for values that are none. */
export function readDelivery(metadata: Metadata): Delivery {
  const sequence = readText(metadata, 'after-sequence');
  const echo = readText(metadata, 'echo');
  if (echo !== undefined && echo !== 'on' && echo !== 'off') throw invalidArgument('echo', 'is neither on nor off');
  return {
    after: sequence === undefined ? undefined : readSequence(sequence),
    echo: echo === 'on',
    isFull: sequence !== undefined || echo !== undefined,
  };
}

function readSequence(text: string): bigint {
  const sequence = /^\d{1,19}$/.test(text) ? BigInt(text) : undefined;
  if (sequence === undefined || sequence > MOST_SEQUENCE) {
    throw invalidArgument('after-sequence', `is no whole number from 0 to ${MOST_SEQUENCE}`);
  }
  return sequence;
}

/** The name in a key, or in the one with `-bin`, which wins; undefined where there is neither. Throws for one that is none. */
export function readName(metadata: Metadata, key: 'from' | 'user-id'): string | undefined {
  const bytes = readBytes(metadata, `${key}-bin`);
  const name = bytes === undefined ? readText(metadata, key) : decode(key, bytes);
  if (name === undefined || name === '') return undefined;
  checkName(key, name);
  return name;
}

/** Node joins the values of a key that comes several times. A name in which this stands comes in the key with `-bin`. */
const BETWEEN_VALUES = ', ';

/** All rooms that the call names, each once. */
export function readRooms(metadata: Metadata): string[] {
  const binary = metadata.get('room-id-bin');
  const names =
    binary.length > 0
      ? binary.map((bytes) => decode('room-id', Buffer.from(bytes)))
      : metadata.get('room-id').flatMap((texts) => texts.toString().split(BETWEEN_VALUES));
  for (const name of names) checkName('room-id', name);
  return [...new Set(names)];
}

function decode(key: string, bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalidArgument(`${key}-bin`, 'is no UTF-8');
  }
}

/** Throws PERMISSION_DENIED where the caller has shown who it is, and that is another one than the user it speaks for. */
export function checkUser(context: Pick<Context, 'user'>, field: string, user: string): void {
  if (context.user === undefined || context.user.id === user) return;
  throw new StatusError('PERMISSION_DENIED', `${field}: the token is that of another user`);
}
