import { once } from 'node:events';
import { readCount, takeArguments, toShown, type StreamInput } from './command-input.js';

/** Prints all users, as fast as its reader takes them. */
export async function listUsers({ client, options, signal }: StreamInput, args: readonly string[]): Promise<void> {
  takeArguments(args, 0);
  const pageSize = readCount(options, 'page-size') ?? 0;
  let last = 0;
  for await (const users of client.getUserList({ pageSize }, { signal }).batches()) {
    const lines = users.map(({ id, name, email }) => {
      if (id <= last) throw new Error(`user ${id} came after user ${last}`);
      last = id;
      return `${id}\t${toShown(name)}\t${toShown(email)}\n`;
    });
    if (!process.stdout.write(lines.join(''))) await once(process.stdout, 'drain', { signal });
  }
}
