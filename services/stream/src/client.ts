import { createClient } from '@streamworks/common';
import { runClient, UsageError, type ClientInput } from '@streamworks/common/cli';
import { StockService } from '@streamworks/proto/stock_service';
import { StreamService } from '@streamworks/proto/stream_service';
import { download } from './client/download.js';
import { importUsers } from './client/import-users.js';
import { listUsers } from './client/list-users.js';
import { upload } from './client/upload.js';
import { watchPrices } from './client/watch-prices.js';

const commands: Readonly<Record<string, (input: ClientInput, args: readonly string[]) => Promise<void>>> = {
  users: (input, args) => withClient(StreamService, input, (client) => listUsers({ ...input, client }, args)),
  import: (input, args) => withClient(StreamService, input, (client) => importUsers({ ...input, client }, args)),
  upload: (input, args) => withClient(StreamService, input, (client) => upload({ ...input, client }, args)),
  download: (input, args) => withClient(StreamService, input, (client) => download({ ...input, client }, args)),
  prices: (input, args) => withClient(StockService, input, (client) => watchPrices({ ...input, client }, args)),
};

await runClient({
  name: 'stream',
  target: 'localhost:8085',
  parameters: 'users|import|upload|download|prices [argument ...]',
  description: `Users, files and prices:
  users                    all users, one a line: number, name, email address
  import [file.csv]        creates the users of a CSV file, or of what is piped in: columns name, email and perhaps id
  upload <file>            stores a file, and prints its id
  download <id> [file]     gets a file, by default under the name that it was uploaded with; goes on where it was cut off
  prices <symbol ...>      live prices, such as those of AAPL MSFT`,
  options: {
    'page-size': { type: 'string', help: 'users: how many the server reads at a time (default 10, at most 1000)' },
    count: { type: 'string', help: 'prices: how many of each symbol; then it ends' },
  },
  async run(input) {
    const [name = '', ...args] = input.positionals;
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) {
      throw new UsageError(`${JSON.stringify(name)} is none of ${Object.keys(commands).join(', ')}`);
    }
    await command(input, args);
  },
});

type Contract = typeof StreamService | typeof StockService;

async function withClient<C extends Contract>(
  contract: C,
  { target, clientOptions }: ClientInput,
  work: (client: ReturnType<typeof createClient<C>>) => Promise<void>,
): Promise<void> {
  const client = createClient(contract, target, clientOptions);
  try {
    await work(client);
  } finally {
    client.$close();
  }
}
