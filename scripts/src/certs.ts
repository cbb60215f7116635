import { isIP } from 'node:net';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rootFolder } from './list-services.js';
import { toPnpm } from './to-pnpm.js';
import { toShellWord } from './to-shell-word.js';
import { writeCertificates, type CertificateOptions } from './write-certificates.js';

/** `pnpm certs`: certificates to try TLS with, on this machine. */

const help = `Usage: pnpm certs [options]

Writes a CA for development and a certificate for a server and for a client, with their keys. A CA that is there is kept.

Options:
  --host <name>         what the server is also called, besides localhost, 127.0.0.1 and ::1; may be given again
  --client-name <name>  the name in the client's certificate (default client)
  --days <number>       how long the two certificates are valid (default 365)
  --new-ca              makes a new CA: what comes from the old one is of no more use
  --folder <folder>     where they go (default certs in the root of the repository, which git ignores)
  -h, --help            this text
`;

/** pnpm runs a script in the root of the repository, and says here where the person stands. */
const here = process.env['INIT_CWD'] ?? process.cwd();

const optionTypes = {
  host: { type: 'string', multiple: true },
  'client-name': { type: 'string' },
  days: { type: 'string' },
  'new-ca': { type: 'boolean' },
  folder: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What the command line says; undefined where it asks for help. Throws an Error where it makes no sense. */
function readOptions(args: string[]): CertificateOptions | undefined {
  const values = parse(args);
  const { host: hosts = [], 'client-name': clientName = 'client', days = '365', 'new-ca': newCa = false } = values;
  if (values.help === true) return undefined;
  const badHost = hosts.find((host) => isIP(host) === 0 && !/^[A-Za-z0-9*]([A-Za-z0-9.-]{0,252})$/.test(host));
  if (badHost !== undefined) throw new Error(`--host ${JSON.stringify(badHost)} is no host name and no IP address`);
  if (!/^[\w.@][\w.@ -]{0,63}$/.test(clientName)) {
    throw new Error(`--client-name ${JSON.stringify(clientName)} is not 1 to 64 letters, digits, dots, @, _ or -`);
  }
  if (!/^[1-9]\d{0,3}$/.test(days)) throw new Error(`--days ${JSON.stringify(days)} is no number from 1 to 9999`);
  const folder = values.folder === undefined ? join(rootFolder, 'certs') : resolve(here, values.folder);
  return { folder, hosts, clientName, days: Number(days), newCa };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: optionTypes }).values;
  } catch (error) {
    // Node's messages go on with advice for programs that take any text.
    const [problem] = (error as Error).message.split('. ');
    throw new Error(problem, { cause: error });
  }
}

/** What to type in two terminals. The server's files are absolute: each service has a folder of its own. */
function toCommands(folder: string): string[] {
  const absolute = (name: string): string => toShellWord(join(folder, name));
  const fromHere = (name: string): string => toShellWord(relative(here, join(folder, name)));
  return [
    `TLS_CERT=${absolute('server.pem')} TLS_KEY=${absolute('server-key.pem')} TLS_CLIENT_CA=${absolute('ca.pem')} ${toPnpm()} dev`,
    `${toPnpm()} client hello ann --ca ${fromHere('ca.pem')} --cert ${fromHere('client.pem')} --key ${fromHere('client-key.pem')}`,
  ];
}

async function run(options: CertificateOptions): Promise<void> {
  const rows = (await writeCertificates(options)).map(({ path, note }) => [relative(here, path), note] as const);
  const width = Math.max(...rows.map(([path]) => path.length));
  for (const [path, note] of rows) console.log(`${path.padEnd(width)}  ${note}`);
  console.log('\nTry them, in two terminals (without TLS_CLIENT_CA, clients need no certificate):');
  for (const command of toCommands(options.folder)) console.log(`  ${command}`);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(help);
  else await run(options);
} catch (error) {
  console.error(`certs: ${(error as Error).message}\nTry: pnpm certs --help`);
  process.exit(2);
}
