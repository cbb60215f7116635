import { createClient, Metadata } from '@streamworks/common';
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
  },
  async run({ target, clientOptions, positionals: [name = 'streamworks'], options, signal, print }) {
    const metadata = toMetadata(options['request-id']);
    const client = createClient(SayHello, target, clientOptions);
    let requestId: unknown;
    let duration: unknown;
    const { msg } = await client.hello(
      { name },
      {
        signal,
        metadata,
        onHeader: (header) => ([requestId] = header.get('x-request-id')),
        onTrailer: (trailer) => ([duration] = trailer.get('x-duration-ms')),
      },
    );
    print(msg);
    print(`x-request-id: ${String(requestId)}`);
    print(`x-duration-ms: ${String(duration)}`);
    client.$close();
    if (msg !== toGreeting(name)) throw new Error('the server greets in other words');
    if (requestId === undefined || duration === undefined) throw new Error('the response lacks its metadata');
  },
});

function toMetadata(requestId: unknown): Metadata {
  const metadata = new Metadata();
  if (requestId === undefined) return metadata;
  if (!/^[\x21-\x7e]{1,128}$/.test(String(requestId))) {
    throw new UsageError('a request id is 1 to 128 visible ASCII characters');
  }
  metadata.set('x-request-id', String(requestId));
  return metadata;
}
