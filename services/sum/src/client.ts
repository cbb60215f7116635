import { createClient } from '@streamworks/common';
import { isPiped, readInteger, readLines, runClient } from '@streamworks/common/cli';
import { ClientStream } from '@streamworks/proto/stream/sum';

await runClient({
  name: 'sum',
  target: 'localhost:8081',
  parameters: '[number ...]',
  description:
    'Streams numbers to the server and prints their sum: those on the command line, or else those that are piped in, ' +
    'one a line, or else 0 to 9.',
  async run({ target, positionals, signal, print }) {
    const client = createClient(ClientStream, target);
    const { sum } = await client.sum(toRequests(positionals), { signal });
    print(`sum: ${sum}`);
    client.$close();
  },
});

async function* toRequests(numbers: readonly string[]): AsyncGenerator<{ data: bigint }> {
  if (numbers.length > 0) for (const number of numbers) yield { data: readInteger(number) };
  else if (isPiped()) for await (const line of readLines(process.stdin)) yield { data: readInteger(line) };
  else for (let data = 0n; data < 10n; data += 1n) yield { data };
}
