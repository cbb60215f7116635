import { once } from 'node:events';
import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensurePostgresUser } from './ensure-postgres-user.js';
import { loadEmbeddedPostgres } from './load-embedded-postgres.js';
import type { PostgresServer } from './postgres-server.js';

const PASSWORD = 'password';

/** After a kill the memory of the old server is held until its last process has noticed. */
const START_TRIES = 50;
const START_RETRY_MS = 100;

/** For a database that is thrown away: nothing waits for the disk, and no socket is left in a folder. */
const FLAGS = ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];

/** How a server is started. */
export interface ServerOptions {
  /** Its certificate and key as PEM; with them it takes TLS, too. Default: it does not. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Makes a cluster in a temporary folder and starts it on a free port. */
export async function startServer({ tls }: ServerOptions = {}): Promise<PostgresServer> {
  await ensurePostgresUser();
  const folder = await mkdtemp(join(tmpdir(), 'streamworks-postgres-'));
  await chmod(folder, 0o755); // root runs it as another user, who must reach its data
  const EmbeddedPostgres = await loadEmbeddedPostgres(folder);
  const port = await findPort();
  const data = join(folder, 'data');
  const lines: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: data,
    port,
    password: PASSWORD,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8'],
    postgresFlags: tls === undefined ? FLAGS : [...FLAGS, '-c', 'ssl=on'],
    onLog: (line) => lines.push(line),
    onError: (error) => lines.push(String(error)),
  });
  await server.initialise().catch((error: unknown) => fail(error, lines));
  if (tls !== undefined) await writeCertificate(data, tls);

  const start = async (): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await server.start();
      } catch (error) {
        if (tries === START_TRIES) fail(error, lines);
      }
      await delay(START_RETRY_MS);
    }
  };
  await start();
  return {
    url: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`,
    stop: () => server.stop(),
    async kill() {
      const [pid] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(pid), 'SIGKILL');
      await server.stop(); // which comes too late, and resolves when the process has ended
    },
    start,
    async remove() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function fail(error: unknown, lines: readonly string[]): never {
  throw new Error(`PostgreSQL does not start:\n${lines.slice(-20).join('\n')}`, { cause: error });
}

async function findPort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // of a TCP server
  server.close();
  return port;
}

/** PostgreSQL takes a key only where nobody but itself can read it. */
async function writeCertificate(data: string, { cert, key }: { cert: string; key: string }): Promise<void> {
  const { uid, gid } = await stat(data);
  for (const [name, text] of Object.entries({ 'server.crt': cert, 'server.key': key })) {
    const file = join(data, name);
    await writeFile(file, text, { mode: 0o600 });
    await chown(file, uid, gid);
  }
}
