import { Client, credentials } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { CallError, createClient, Metadata } from '../../src/index.js';
import { collect } from '../../src/testing/index.js';
import { collectOutcome } from '../../src/testing/plain-outcome.js';
import { FourKinds, kinds, noteCodec, type Kind } from '../support/four-kinds.js';
import { describeCells, expectNothingOpen } from '../support/matrix.js';
import { pairs } from '../support/pairs.js';

const INITIAL = 'x-grpc-test-echo-initial';
const TRAILING = 'x-grpc-test-echo-trailing-bin';

describeCells('custom_metadata goes both ways, in header and trailer', kinds, async (pair, kind) => {
  const server = await pair.serve({
    unary: (note, context) => (copy(context), note),
    async *server(note, context) {
      copy(context);
      yield note;
    },
    async client(requests, context) {
      copy(context);
      const [note = {}] = await collect(requests);
      return note;
    },
    async *bidi(requests, context) {
      copy(context);
      yield* requests;
    },
  });
  await using client = pair.connect(server.target);
  const metadata = new Metadata();
  metadata.set(INITIAL, 'test_initial_metadata_value');
  metadata.set(TRAILING, Buffer.from([0xab, 0xab, 0xab]));
  const call = client.open(kind, { metadata });
  void call.send('a');
  call.halfClose();
  const { code, header, trailer } = await call.end();
  expect(code).toBe('OK');
  expect(header?.get(INITIAL)).toEqual(['test_initial_metadata_value']);
  expect(trailer?.get(TRAILING)).toEqual([Buffer.from([0xab, 0xab, 0xab])]);
  await expectNothingOpen(server);
});

function copy(context: { metadata: Metadata; responseHeader: Metadata; responseTrailer: Metadata }): void {
  for (const value of context.metadata.get(INITIAL)) context.responseHeader.set(INITIAL, value);
  for (const value of context.metadata.get(TRAILING)) context.responseTrailer.set(TRAILING, value);
}

describe.each([
  ['unimplemented_method', 'test.FourKinds', 'Nothing'],
  ['unimplemented_service', 'test.Nothing', 'Unary'],
])('%s', (_name, service, method) => {
  for (const kind of kinds) {
    const path = `/${service}/${method}`;

    it(`${kind}: our client`, async () => {
      await using server = await pairs[0]!.serve({});
      const contract = { ...FourKinds, methods: { [kind]: { ...FourKinds.methods[kind], path } } };
      const client = createClient(contract as typeof FourKinds, server.target);
      const error = await callOf(client, kind).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(CallError);
      expect(error).toMatchObject({ code: 'UNIMPLEMENTED', statusMessage: expect.stringContaining(path) });
      client.$close();
    });

    it(`${kind}: plain client`, async () => {
      await using server = await pairs[0]!.serve({});
      const client = new Client(server.target, credentials.createInsecure());
      const call = client.makeBidiStreamRequest(path, noteCodec.encode, noteCodec.decode);
      call.end({ text: 'a' });
      expect(await collectOutcome(call)).toMatchObject({ code: 'UNIMPLEMENTED' });
      client.close();
    });
  }
});

function callOf(client: ReturnType<typeof createClient<typeof FourKinds>>, kind: Kind): Promise<unknown> {
  const note = { text: 'a' };
  if (kind === 'unary') return client.unary(note);
  if (kind === 'server') return collect(client.server(note));
  return kind === 'client' ? client.client([note]) : collect(client.bidi([note]));
}
