import {
  Client,
  credentials as channelCredentials,
  Metadata,
  type CallOptions,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  type StatusObject,
} from '@grpc/grpc-js';
import { CallError } from '../../src/index.js';
import { statusCodes, toStatusCode, type ErrorCode } from '../../src/errors/status-error.js';
import { gate } from '../../src/testing/index.js';
import { FourKinds, noteCodec, type Kind, type Note } from './four-kinds.js';
import type { CallEnd, TestCall, TestClient } from './test-call.js';

type PlainCall =
  ClientUnaryCall | ClientReadableStream<Note> | ClientWritableStream<Note> | ClientDuplexStream<Note, Note>;

const serialize = (note: Note): Buffer => noteCodec.encode(note);
const deserialize = (bytes: Buffer): Note => noteCodec.decode(bytes);

/** A client that shares nothing with the layer: grpc-js's own calls, each made by the function of its kind. */
export function connectPlain(target: string, credentials = channelCredentials.createInsecure()): TestClient {
  const client = new Client(target, credentials);
  return {
    open: (kind, { timeoutMs, metadata = new Metadata() } = {}) =>
      openPlain(client, kind, metadata, timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs }),
    [Symbol.asyncDispose]: async () => client.close(),
  };
}

function openPlain(client: Client, kind: Kind, metadata: Metadata, options: CallOptions): TestCall {
  const { path, requestStream, responseStream } = FourKinds.methods[kind];
  const given = [path, serialize, deserialize] as const;
  const reader = createReader();
  let call: PlainCall | undefined;
  if (requestStream) {
    call = responseStream
      ? client.makeBidiStreamRequest(...given, metadata, options)
      : client.makeClientStreamRequest(...given, metadata, options, reader.onSingle);
    reader.follow(call);
  }
  return {
    send(text) {
      const taken = gate();
      if (call !== undefined && 'write' in call) call.write({ text }, () => taken.open());
      else {
        call = responseStream
          ? client.makeServerStreamRequest(...given, { text }, metadata, options)
          : client.makeUnaryRequest(...given, { text }, metadata, options, reader.onSingle);
        reader.follow(call);
        taken.open();
      }
      return taken;
    },
    halfClose() {
      if (call !== undefined && 'end' in call) call.end();
    },
    cancel: () => call?.cancel(),
    read: reader.read,
    end: reader.end,
  };
}

/** Takes responses only when it is asked: it pauses after each. */
function createReader() {
  const responses: string[] = [];
  const seen: { header?: Metadata } = {};
  const status = gate<StatusObject>();
  const followed = gate<PlainCall>();
  let position = 0;
  let isEnded = false;
  let changed = gate();
  const take = (note: Note): void => {
    responses.push(note.text);
    changed.open();
  };
  const end = (): void => {
    isEnded = true;
    changed.open();
  };
  const follow = (call: PlainCall): void => {
    const events = call as ClientDuplexStream<Note, Note>; // the one that has all events
    events.on('metadata', (header) => (seen.header = header));
    events.on('status', status.open);
    events.on('error', () => undefined); // the status says the same
    if ('read' in call) {
      events.on('data', (note: Note) => (events.pause(), take(note)));
      events.on('end', end);
    } else {
      void status.then(end);
    }
    followed.open(call);
  };
  const read = async (): Promise<string | undefined> => {
    const call = await followed;
    while (position === responses.length && !isEnded) {
      changed = gate();
      if ('resume' in call) call.resume();
      await changed;
    }
    const text = responses[position];
    position += 1;
    return text;
  };
  return {
    onSingle: (_error: unknown, note?: Note): void => void (note && take(note)),
    follow,
    read,
    async end(): Promise<CallEnd> {
      while ((await read()) !== undefined);
      const { code: number, details: message, metadata: trailer } = await status;
      return { ...describeStatus(number, message, trailer), responses, header: seen.header, trailer };
    },
  };
}

function describeStatus(number: number, message: string, trailer: Metadata) {
  if (number === statusCodes.OK) return { code: 'OK', message: '', details: [] } as const;
  const code = toStatusCode(number) as ErrorCode; // OK has been left out
  const [details] = trailer.get('grpc-status-details-bin');
  const error = new CallError({ code, message, method: '', ...(Buffer.isBuffer(details) && { details }) });
  return { code, message, details: error.details.map(({ type }) => type) };
}
