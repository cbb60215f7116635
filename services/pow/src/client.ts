import { createClient } from '@streamworks/common';
import { readInt64, runClient } from '@streamworks/common/cli';
import { ServerStream } from '@streamworks/proto/stream/pow';
import { powers } from './powers.js';

await runClient({
  name: 'pow',
  target: 'localhost:8082',
  parameters: '[number]',
  description: 'Prints the powers 0 to 9 of a number (default 2), as the server streams them.',
  async run({ target, clientOptions, positionals: [argument = '2'], signal, print }) {
    const number = readInt64(argument);
    const client = createClient(ServerStream, target, clientOptions);
    const received: bigint[] = [];
    for await (const power of client.pow({ number }, { signal })) {
      received.push(power.number);
      print(power.number);
    }
    print('server closed');
    client.$close();
    const expected = [...powers(number)];
    if (received.join() !== expected.join()) throw new Error(`these are not the powers 0 to 9 of ${number}`);
  },
});
