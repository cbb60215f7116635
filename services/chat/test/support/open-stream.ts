import { CallError, Metadata, type CallOptions } from '@streamworks/common';
import { gate, until } from '@streamworks/common/testing';

/** A call of a test: what it sends and what it gets, each whenever the test wants. */
export interface OpenStream<Request, Response> {
  /** Everything that has come. */
  readonly received: Response[];
  /** Resolves with the header. */
  readonly header: Promise<Metadata>;
  /** The status at the end: `OK`, or the code of the failure. */
  readonly ended: Promise<string>;
  /** What the failure said. */
  readonly error: CallError | undefined;
  send(...requests: Request[]): void;
  halfClose(): void;
  cancel(): void;
  /** Stops to read after the next response, until it is called with false. */
  pause(isPaused: boolean): void;
  /** Waits until so many responses have come. */
  untilReceived(count: number, limitMs?: number): Promise<void>;
}

type Open<Request, Response> = (requests: AsyncIterable<Request>, options: CallOptions) => AsyncIterable<Response>;

/** Metadata with text for each key, or several. */
export function toMetadata(values: Readonly<Record<string, string | Buffer | readonly (string | Buffer)[]>>): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(values)) {
    const values = typeof value === 'string' || Buffer.isBuffer(value) ? [value] : value;
    for (const one of values) metadata.add(key, one);
  }
  return metadata;
}

/** Opens a call. */
export function openStream<Request, Response>(
  open: Open<Request, Response>,
  metadata: Parameters<typeof toMetadata>[0] = {},
): OpenStream<Request, Response> {
  const abort = new AbortController();
  const waiting: Request[] = [];
  const received: Response[] = [];
  const header = gate<Metadata>();
  let more = gate();
  let resumed: ReturnType<typeof gate<void>> | undefined;
  let isOver = false;
  let error: CallError | undefined;

  async function* requests(): AsyncGenerator<Request> {
    for (;;) {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) yield next;
      if (isOver) return;
      await more;
      more = gate();
    }
  }

  async function read(): Promise<string> {
    const options = { metadata: toMetadata(metadata), signal: abort.signal, onHeader: header.open };
    try {
      for await (const response of open(requests(), options)) {
        received.push(response);
        await resumed;
      }
      return 'OK';
    } catch (failure) {
      if (!(failure instanceof CallError)) throw failure;
      error = failure;
      return failure.code;
    } finally {
      isOver = true;
      more.open();
    }
  }

  return {
    received,
    header,
    ended: read(),
    get error() {
      return error;
    },
    send(...sent) {
      waiting.push(...sent);
      more.open();
    },
    halfClose() {
      isOver = true;
      more.open();
    },
    cancel: () => abort.abort(),
    pause(isPaused) {
      if (isPaused) resumed ??= gate();
      else {
        resumed?.open();
        resumed = undefined;
      }
    },
    untilReceived: (count, limitMs) => until(() => received.length >= count, limitMs),
  };
}
