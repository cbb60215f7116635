import { Metadata, type ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { statusCodes } from '../errors/status-error.js';
import type { WireStatus } from '../errors/to-status.js';
import { leaveOutForbidden } from './leave-out-forbidden.js';
import { REQUEST_ID } from './request-id.js';

const DETAILS_TRAILER = 'grpc-status-details-bin';

/** Whose response it is. */
export interface ResponseOwner {
  readonly requestId: string;
  /** Keys that were left out of what was sent: HTTP/2 or gRPC has no place for them. */
  onLeftOut(keys: readonly string[]): void;
}

/** What stands around the messages of a response: the header, sent once, and the trailer, which goes with the status. */
export class ResponseMetadata {
  readonly #call: ServerInterceptingCallInterface;
  readonly #owner: ResponseOwner;
  #header: Metadata | undefined;
  #trailer: Metadata | undefined;
  #headerSent = false;

  constructor(call: ServerInterceptingCallInterface, owner: ResponseOwner) {
    this.#call = call;
    this.#owner = owner;
  }

  get header(): Metadata {
    return (this.#header ??= this.#createHeader());
  }

  get trailer(): Metadata {
    return (this.#trailer ??= new Metadata());
  }

  /** Sends the header where that was not done before. */
  sendHeader(): void {
    if (this.#headerSent) return;
    this.#headerSent = true;
    this.#leaveOutForbidden(this.#header);
    // One that its handler never asked for is not kept.
    this.#call.sendMetadata(this.#header ?? this.#createHeader());
  }

  /** Ends the response. */
  sendStatus({ code, message, details }: WireStatus): void {
    if (details !== undefined) this.trailer.set(DETAILS_TRAILER, details);
    // A failure without a response goes out as trailers alone, header and all: only such a call may be tried again.
    if (code === 'OK') this.sendHeader();
    else if (!this.#headerSent) this.trailer.merge(this.header);
    this.#leaveOutForbidden(this.#trailer);
    this.#call.sendStatus({ code: statusCodes[code], details: message, metadata: this.#trailer ?? null });
  }

  #createHeader(): Metadata {
    const header = new Metadata();
    header.set(REQUEST_ID, this.#owner.requestId);
    return header;
  }

  #leaveOutForbidden(metadata: Metadata | undefined): void {
    if (metadata === undefined) return;
    const keys = leaveOutForbidden(metadata);
    if (keys.length > 0) this.#owner.onLeftOut(keys);
  }
}
