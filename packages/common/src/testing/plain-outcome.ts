import type { Metadata, StatusObject } from '@grpc/grpc-js';
import { toStatusCode, type StatusCode } from '../errors/status-error.js';
import { loadPlain } from './load-plain.js';

/** How a call of a plain client went. Messages are as proto-loader gives them: 64-bit integers are strings. */
export interface PlainOutcome {
  readonly code: StatusCode;
  /** The message of the status. */
  readonly message: string;
  readonly responses: readonly any[];
  /** Undefined where the server sent a status and no header before it. */
  readonly header: Metadata | undefined;
  readonly trailer: Metadata;
  /** The `google.rpc` details of the status: each message with its type. */
  readonly details: readonly { readonly type: string; readonly value: any }[];
}

/** What grpc-js's four kinds of call on a client have in common. */
interface Events {
  on(event: 'metadata', listener: (header: Metadata) => void): unknown;
  on(event: 'data', listener: (message: any) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'status', listener: (status: StatusObject) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Collects what comes of a call. A call with a single response hands it to its callback, which fills `responses`. */
export function collectOutcome(call: object, responses: any[] = []): Promise<PlainOutcome> {
  const events = call as Events; // grpc-js's types have these events for each kind, and nothing for all
  let header: Metadata | undefined;
  events.on('metadata', (received) => (header = received));
  events.on('data', (message) => responses.push(message));
  events.on('error', () => undefined); // the status says the same
  // The status may be reported before the last response of a stream: grpc-js reads ahead.
  const ended = 'read' in call ? new Promise<void>((resolve) => events.on('end', resolve)) : undefined;
  return new Promise((resolve) => {
    events.on('status', ({ code, details: message, metadata: trailer }) => {
      const finish = (): void =>
        resolve({ code: toStatusCode(code), message, responses, header, trailer, details: readDetails(trailer) });
      if (ended === undefined) finish();
      else void ended.then(finish);
    });
  });
}

function readDetails(trailer: Metadata): PlainOutcome['details'] {
  const [bytes] = trailer.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(bytes)) return [];
  const definitions = { ...loadPlain('google/rpc/status.proto'), ...loadPlain('google/rpc/error_details.proto') };
  const decode = (type: string, encoded: Buffer): any => {
    const definition = definitions[type];
    if (definition === undefined || !('deserialize' in definition)) throw new Error(`${type} is not known`);
    return (definition.deserialize as (encoded: Buffer) => any)(encoded);
  };
  const { details } = decode('google.rpc.Status', bytes) as { details: { type_url: string; value: Buffer }[] };
  return details.map(({ type_url, value }) => {
    const type = type_url.slice(type_url.lastIndexOf('/') + 1);
    return { type, value: decode(type, value) };
  });
}
