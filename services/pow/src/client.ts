import { createClient } from '@streamworks/common';
import { readInteger, runClient } from '@streamworks/common/cli';
import { ServerStream } from '@streamworks/proto/stream/pow';

await runClient({
  name: 'pow',
  target: 'localhost:8082',
  parameters: '[number]',
  description: 'Prints the powers 0 to 9 of a number (default 2), as the server streams them.',
  async run({ target, positionals: [number = '2'], signal, print }) {
    const client = createClient(ServerStream, target);
    const powers = client.pow({ number: readInteger(number) }, { signal });
    for await (const power of powers) print(power.number);
    print('server closed');
    client.$close();
  },
});
