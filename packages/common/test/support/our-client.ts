import type { Metadata } from '@grpc/grpc-js';
import { CallError, createClient, type CallOptions, type ClientOptions, type StatusCode } from '../../src/index.js';
import { gate, type Gate } from '../../src/testing/index.js';
import { FourKinds, type Note } from './four-kinds.js';
import type { CallEnd, TestCall, TestClient } from './test-call.js';

/** Our client. */
export function connectOurs(target: string, options: ClientOptions = {}): TestClient {
  const client = createClient(FourKinds, target, options);
  return {
    open(kind, { timeoutMs = 0, metadata } = {}) {
      const given = { timeoutMs, ...(metadata && { metadata }) };
      switch (kind) {
        case 'unary':
          return openWithOne((request, callOptions) => single(client.unary(request, callOptions)), given);
        case 'server':
          return openWithOne((request, callOptions) => client.server(request, callOptions), given);
        case 'client':
          return openWithStream((requests, callOptions) => single(client.client(requests, callOptions)), given);
        case 'bidi':
          return openWithStream((requests, callOptions) => client.bidi(requests, callOptions), given);
      }
    },
    [Symbol.asyncDispose]: async () => client.$close(),
  };
}

type Responses = AsyncIterator<Note, undefined, undefined>;

async function* single(response: Promise<Note>): AsyncGenerator<Note, undefined, undefined> {
  yield await response;
  return undefined;
}

function openWithOne(start: (request: Note, options: CallOptions) => Responses, given: CallOptions): TestCall {
  const observer = observe(given);
  const started = gate<Responses>();
  return {
    ...createReader(started, observer),
    async send(text) {
      started.open(start({ text }, observer.options));
    },
    halfClose: () => undefined,
    cancel: observer.cancel,
  };
}

function openWithStream(
  start: (requests: AsyncIterable<Note>, options: CallOptions) => Responses,
  given: CallOptions,
): TestCall {
  const observer = observe(given);
  const queue: { readonly text: string; readonly taken: Gate }[] = [];
  let isEnded = false;
  let more = gate();
  async function* requests(): AsyncGenerator<Note> {
    for (;;) {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        yield { text: next.text };
        next.taken.open();
      }
      if (isEnded) return;
      await more;
      more = gate();
    }
  }
  const responses = start(requests(), observer.options);
  return {
    ...createReader(Promise.resolve(responses), observer),
    send(text) {
      const taken = gate();
      queue.push({ text, taken });
      more.open();
      return taken;
    },
    halfClose() {
      isEnded = true;
      more.open();
    },
    cancel: observer.cancel,
  };
}

function observe(given: CallOptions) {
  const abort = new AbortController();
  const seen: { header?: Metadata; trailer?: Metadata } = {};
  const options: CallOptions = {
    ...given,
    signal: abort.signal,
    onHeader: (header) => (seen.header = header),
    onTrailer: (trailer) => (seen.trailer = trailer),
  };
  return { seen, options, cancel: () => abort.abort(new Error('the test cancels')) };
}

function createReader(
  started: Promise<Responses>,
  { seen }: ReturnType<typeof observe>,
): Pick<TestCall, 'read' | 'end'> {
  const responses: string[] = [];
  let outcome: { readonly code: StatusCode; readonly message: string; readonly details: readonly string[] } | undefined;
  const read = async (): Promise<string | undefined> => {
    if (outcome !== undefined) return undefined;
    try {
      const result = await (await started).next();
      if (result.done !== true) {
        responses.push(result.value.text);
        return result.value.text;
      }
      outcome = { code: 'OK', message: '', details: [] };
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const { code, statusMessage: message, details } = error;
      outcome = { code, message, details: details.map(({ type }) => type) };
    }
    return undefined;
  };
  return {
    read,
    async end(): Promise<CallEnd> {
      while (outcome === undefined) await read();
      return { ...outcome, responses, header: seen.header, trailer: seen.trailer };
    },
  };
}
