import { createClient, Metadata, readBytes, readText } from '@streamworks/common';
import { runClient, UsageError } from '@streamworks/common/cli';
import { SayHello } from '@streamworks/proto/hello';
import { toGreeting } from './greeting.js';

await runClient({
  name: 'hello',
  target: 'localhost:8080',
  parameters: '[name]',
  description: 'Sends a name (default streamworks) and prints the greeting, with the metadata of the response.',
  options: {
    'request-id': { type: 'string', help: 'the x-request-id to send (default: the server makes one)' },
    note: { type: 'string', help: 'a text to send along as bytes (note-bin); it comes back in the trailer' },
  },
  async run({ target, clientOptions, positionals: [name = 'streamworks'], options, signal, print }) {
    const client = createClient(SayHello, target, clientOptions);
    let header = new Metadata();
    let trailer = new Metadata();
    const { msg } = await client.hello(
      { name },
      {
        signal,
        metadata: toMetadata(options),
        onHeader: (received) => (header = received),
        onTrailer: (received) => (trailer = received),
      },
    );
    client.$close();
    const requestId = readText(header, 'x-request-id');
    const duration = readText(trailer, 'x-duration-ms');
    const note = readBytes(trailer, 'note-bin')?.toString();
    print(msg);
    print(`x-request-id: ${requestId}`);
    print(`x-duration-ms: ${duration}`);
    if (note !== undefined) print(`note-bin: ${note}`);
    if (msg !== toGreeting(name)) throw new Error('the server greets in other words');
    if (requestId === undefined || duration === undefined) throw new Error('the response lacks its metadata');
    if (note !== options['note']) throw new Error('the note has not come back as it was sent');
  },
});

function toMetadata({ 'request-id': requestId, note }: Readonly<Record<string, unknown>>): Metadata {
  const metadata = new Metadata();
  if (requestId !== undefined && !/^[\x21-\x7e]{1,128}$/.test(String(requestId))) {
    throw new UsageError('a request id is 1 to 128 visible ASCII characters');
  }
  if (requestId !== undefined) metadata.set('x-request-id', String(requestId));
  if (note !== undefined) metadata.set('note-bin', Buffer.from(String(note)));
  return metadata;
}
