import type { Metadata } from '@grpc/grpc-js';
import type { Contract, MessageInit, Method } from '@streamworks/proto';
import type { User } from '../auth/user.js';
import type { Logger } from '../logging/create-logger.js';
import type { StatusError } from '../errors/status-error.js';
import type { CallOutcome } from './call-outcome.js';
import type { EncodedMessage } from './encoded-message.js';
import type { ClientCertificate } from './tls/client-certificate.js';

/** What a handler knows of its call and may do with it besides reading requests and giving responses. */
export interface Context<Response = never> {
  /** The path of the method: `/stream.ServerStream/Pow`. */
  readonly method: string;
  /** The caller's `x-request-id`, or a new one. It is in every line of `log` and in the response header. */
  readonly requestId: string;
  /**
   * Aborts when the call is cancelled, cut off, past its deadline or ended by a shutdown or an interceptor; never after a
   * normal end.
   * Its reason is a StatusError with the code. Pass it to everything that the handler waits for.
   */
  readonly signal: AbortSignal;
  /** When the caller stops waiting; undefined where it set none. */
  readonly deadline: Date | undefined;
  /** What the caller sent along: keys are lower case, values of keys that end in `-bin` are bytes. */
  readonly metadata: Metadata;
  /** The caller's address and port. */
  readonly peer: string;
  /** Who calls, where the server authenticates its callers; undefined where it does not, or where the method is open. */
  readonly user: User | undefined;
  /** What the caller has shown of itself with mTLS; undefined without. Read it before the connection may be lost. */
  readonly certificate: ClientCertificate | undefined;
  /** Logs with the method and the request id in every line. */
  readonly log: Logger;
  /**
   * Sent before the first response; with the trailer where the call fails before that. Set it before the first response. Keys that
   * HTTP/2 forbids, such as `connection`, and those of gRPC itself, such as `content-type`, are left out with an error in the log.
   */
  readonly responseHeader: Metadata;
  /** Sends the header now. Without it the header goes out with the first response, or with the status. */
  sendHeader(): void;
  /** Sent with the status. What is said of the header holds for it, too. */
  readonly responseTrailer: Metadata;
  /** Aborts when the server is about to stop: a long stream should come to its end. The call goes on meanwhile. */
  readonly draining: AbortSignal;
  /**
   * Sends a response of a streaming method: the same as `yield`, without the cost of a generator, and from more than
   * one place at once. Returns a promise only where the caller must wait before it sends more, because 64 KiB are
   * under way (behind an interceptor that goes through the responses: always, until it has taken the message); the promise
   * rejects when the call is over. Throws when the call is over or the message cannot be encoded.
   */
  write(message: MessageInit<Response> | EncodedMessage<Response>): Promise<void> | undefined;
  /**
   * Undefined where nothing that was written is under way; else a promise that resolves when HTTP/2 has taken all of it, as the
   * reader made room. It rejects when the call is over. What an interceptor that goes through the responses has taken and not
   * yet passed on does not count.
   */
  flushed(): Promise<void> | undefined;
  /**
   * Ends the call with a status, at any time and from anywhere: `signal` aborts, and the loop over the requests throws, with
   * the same reason. What was written goes out before the status, but for what an interceptor that goes through the responses
   * has not yet passed on. Does nothing when the call is over.
   */
  end(reason: StatusError): void;
  /**
   * Calls the listener once, when the call is over, whatever its end; at once where it is over already. What it returns takes
   * the listener away again.
   */
  onEnd(listener: (outcome: CallOutcome) => void): () => void;
}

/**
 * The requests of a call, in order. Iteration ends when the client has half-closed, and only then: it throws a
 * StatusError when the call is cancelled, cut off, past its deadline or ended by a shutdown, so that what follows the
 * loop never runs for a stream that is not whole. Leaving the loop early neither ends nor cancels the call.
 *
 * About 64 KiB are read ahead; beyond that the client waits.
 */
export interface RequestStream<Request> extends AsyncIterableIterator<Request, undefined, undefined> {
  /**
   * The same requests in arrays: all that have arrived when the next is asked for, at least one and at most `max`
   * (default 1000). A handler that stores one array in one transaction answers for all of them after its commit.
   */
  batches(options?: { readonly max?: number }): AsyncIterableIterator<Request[], undefined, undefined>;
}

/** What a handler of a streaming method gives: a generator of responses, or a promise when it used `context.write`. */
export type ResponseStream<Response> = AsyncIterable<MessageInit<Response>> | Promise<void>;

/** The function that implements a method. Whatever it throws becomes the status of the call. */
export type Handler<M extends Method> =
  M extends Method<infer Request, infer Response, infer RequestIsStream, infer ResponseIsStream>
    ? (
        request: RequestIsStream extends true ? RequestStream<Request> : Request,
        context: Context<Response>,
      ) => ResponseIsStream extends true
        ? ResponseStream<Response>
        : MessageInit<Response> | Promise<MessageInit<Response>>
    : never;

/** A handler for every method of a contract. */
export type Handlers<C extends Contract> = {
  readonly [Name in keyof C['methods']]: Handler<C['methods'][Name]>;
};
