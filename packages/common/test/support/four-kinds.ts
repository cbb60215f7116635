import type { BidiStreaming, ClientStreaming, Codec, Contract, ServerStreaming, Unary } from '@streamworks/proto';

/** The message of every method: a text. */
export interface Note {
  readonly text: string;
}

/** The four kinds of call; each is the name of a method, too. */
export const kinds = ['unary', 'server', 'client', 'bidi'] as const;
export type Kind = (typeof kinds)[number];

/** A text that is sent as bytes which cannot be decoded. */
export const badBytes = 'bad bytes';

/** Text in UTF-8; bytes that are no UTF-8 are no whole message. */
export const noteCodec: Codec<Note> = {
  encode: ({ text = '' }) => (text === badBytes ? Buffer.from([0xff]) : Buffer.from(text)),
  decode: (bytes) => ({ text: utf8.decode(bytes) }),
};
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** One method of each kind, all with the same message, so that a test can be written once for all of them. */
export const FourKinds: Contract<{
  unary: Unary<Note, Note>;
  server: ServerStreaming<Note, Note>;
  client: ClientStreaming<Note, Note>;
  bidi: BidiStreaming<Note, Note>;
}> = {
  name: 'test.FourKinds',
  file: 'none',
  methods: {
    unary: { ...describe('Unary'), requestStream: false, responseStream: false },
    server: { ...describe('Server'), requestStream: false, responseStream: true },
    client: { ...describe('Client'), requestStream: true, responseStream: false },
    bidi: { ...describe('Bidi'), requestStream: true, responseStream: true },
  },
};

function describe(name: string) {
  return { name, path: `/test.FourKinds/${name}`, idempotent: false, request: noteCodec, response: noteCodec };
}

/** A text of so many bytes. */
export function textOf(bytes: number): string {
  return 'x'.repeat(bytes);
}
