import type { Metadata } from '@grpc/grpc-js';
import type { StatusCode } from '../../src/index.js';
import type { Kind } from './four-kinds.js';

/** A call as a test makes it, whatever client is under it. */
export interface TestCall {
  /** Sends a request; resolves when the client would take the next one. Calls with a single request start with it. */
  send(text: string): Promise<void>;
  /** Half-closes; calls with a single request do so by themselves. */
  halfClose(): void;
  cancel(): void;
  /** The next response; undefined where there is none any more, whatever the status. */
  read(): Promise<string | undefined>;
  /** Reads everything that is left and gives the whole call. Never rejects. */
  end(): Promise<CallEnd>;
}

/** How a call went, for its caller. */
export interface CallEnd {
  readonly code: StatusCode;
  /** The message of the status; empty for OK. */
  readonly message: string;
  readonly responses: readonly string[];
  readonly header: Metadata | undefined;
  readonly trailer: Metadata | undefined;
  /** The types of the details of the status. */
  readonly details: readonly string[];
}

/** What a test may set for a call. */
export interface TestCallOptions {
  readonly timeoutMs?: number;
  readonly metadata?: Metadata;
}

/** A client that makes such calls. */
export interface TestClient extends AsyncDisposable {
  open(kind: Kind, options?: TestCallOptions): TestCall;
}

/** Makes a whole call: sends the requests, half-closes, and reads everything. */
export async function callWith(
  client: TestClient,
  kind: Kind,
  requests: readonly string[],
  options: TestCallOptions = {},
): Promise<CallEnd> {
  const call = client.open(kind, options);
  for (const text of requests) void call.send(text);
  call.halfClose();
  return call.end();
}
