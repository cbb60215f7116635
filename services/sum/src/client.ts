import { createClient } from '@streamworks/common';
import { isPiped, readInt64, readLines, runClient } from '@streamworks/common/cli';
import { ClientStream } from '@streamworks/proto/stream/sum';

await runClient({
  name: 'sum',
  target: 'localhost:8081',
  parameters: '[number ...]',
  description:
    'Streams numbers to the server and prints their sum: those on the command line, or else those that are piped in, ' +
    'one a line, or else 0 to 9.',
  async run({ target, clientOptions, positionals, signal, print }) {
    const numbers = readNumbers(positionals);
    const client = createClient(ClientStream, target, clientOptions);
    let expected = 0n;
    async function* toRequests(): AsyncGenerator<{ data: bigint }> {
      for await (const data of numbers) {
        expected += data;
        yield { data };
      }
    }
    const { sum } = await client.sum(toRequests(), { signal });
    print(`sum: ${sum}`);
    client.$close();
    if (sum !== expected) throw new Error(`the right sum is ${expected}`);
  },
});

function readNumbers(positionals: readonly string[]): AsyncIterable<bigint> | Iterable<bigint> {
  if (positionals.length > 0) return positionals.map(readInt64);
  if (isPiped()) return readLines(process.stdin, readInt64);
  return [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n];
}
