import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '@streamworks/common';
import { readDuration, readNumber, runClient } from '@streamworks/common/cli';
import { BidirectionalStreamServer } from '@streamworks/proto/stream/sqrt';
import { toDecimal } from './decimal.js';

const defaultNumbers = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

await runClient({
  name: 'sqrt',
  target: 'localhost:8083',
  parameters: '[number ...]',
  description: 'Streams numbers (default 0 to 9), one an interval, and prints each square root as it comes back.',
  options: {
    interval: { type: 'string', help: 'the time between two numbers, such as 1s (default) or 200ms' },
  },
  async run({ target, clientOptions, positionals, options, signal, print }) {
    const numbers = (positionals.length > 0 ? positionals : defaultNumbers).map(readNumber);
    const intervalMs = readDuration(String(options['interval'] ?? '1s'));
    const client = createClient(BidirectionalStreamServer, target, clientOptions);
    const roots: string[] = [];
    for await (const { sqrt } of client.sqrt(sendSlowly(numbers, intervalMs, signal), { signal })) {
      const root = toDecimal(sqrt);
      roots.push(root);
      print(root);
    }
    print('Server Closed');
    client.$close();
    const expected = numbers.map((number) => toDecimal(Math.sqrt(number)));
    if (roots.join() !== expected.join()) throw new Error(`these are not the roots of ${numbers.join(' ')}`);
  },
});

async function* sendSlowly(
  numbers: readonly number[],
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<{ number: number }> {
  for (const [index, number] of numbers.entries()) {
    if (index > 0) await wait(intervalMs, undefined, { signal });
    yield { number };
  }
}
