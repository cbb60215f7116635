import { parseArgs } from 'node:util';
import { createLogger, StartError } from '@streamworks/common';
import { openDatabase } from '@streamworks/storage';
import { readDatabase } from './config.js';
import { createDatabaseUserStore } from './database-user-store.js';
import { findTextProblem } from './message-problem.js';
import { migrations, type LaptopSchema } from './migrations.js';
import { createPasswords } from './passwords.js';
import { roles } from './user-store.js';

const usage = `Usage: node dist/add-user.js NAME --role ${roles.join('|')}

Makes a user of the laptop service, whose password is read from stdin: its first line. It may be done while the service runs. The
database is that of LAPTOP_DATABASE_URL and DATA_DIR.
`;

const MOST_PASSWORD_BYTES = 1024; // as Login has it

/** A command line or a password that cannot be used: exit code 2. */
class InputError extends Error {}

try {
  const input = readCommandLine(process.argv.slice(2));
  if (input === undefined) {
    process.stdout.write(usage);
  } else {
    await addUser({ ...input, password: await readPassword() });
    process.stdout.write(`${input.name} (${input.role}) can log in\n`);
  }
} catch (error) {
  if (!(error instanceof InputError || error instanceof StartError)) throw error;
  process.stderr.write(`add-user: ${error.message}\n`);
  process.exitCode = error instanceof InputError ? 2 : 1;
}

function readCommandLine(args: readonly string[]): { name: string; role: string } | undefined {
  const { values, positionals } = parse(args);
  if (values.help === true) return undefined;
  const [name = '', unexpected] = positionals;
  if (unexpected !== undefined) throw new InputError(`unexpected argument ${JSON.stringify(unexpected)}`);
  const problem = name === '' ? 'is missing: whose account is it?' : findTextProblem(name);
  if (problem !== undefined) throw new InputError(`the name ${problem}`);
  const role = roles.find((one) => one === values.role);
  if (role === undefined) throw new InputError(`--role is needed: ${roles.join(' or ')}`);
  return { name, role };
}

function parse(args: readonly string[]) {
  try {
    const options = { role: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new InputError((error as Error).message);
  }
}

async function readPassword(): Promise<string> {
  const [password = ''] = (await readBeginning()).split(/\r?\n/);
  if (password === '') throw new InputError('there is no password on stdin');
  if (Buffer.byteLength(password) > MOST_PASSWORD_BYTES)
    throw new InputError(`the password is longer than ${MOST_PASSWORD_BYTES} bytes`);
  return password;
}

/** What comes on stdin until there is a line of it: nobody has to end it. */
async function readBeginning(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('password (it is shown): ');
  let beginning = '';
  for await (const chunk of process.stdin.setEncoding('utf8') as AsyncIterable<string>) {
    beginning += chunk;
    if (beginning.includes('\n') || beginning.length > MOST_PASSWORD_BYTES) break;
  }
  return beginning;
}

async function addUser({ name, role, password }: { name: string; role: string; password: string }): Promise<void> {
  const log = createLogger({ service: 'laptop', logLevel: 'silent' });
  const database = await openDatabase<LaptopSchema>({
    ...readDatabase(process.env),
    migrations,
    log,
    shared: true,
  });
  try {
    const account = { name, role, password: await createPasswords().hash(password) };
    const added = await createDatabaseUserStore(database).add(account);
    if (!added) throw new StartError(`there is a user ${JSON.stringify(name)} already`);
  } finally {
    await database.close();
  }
}
