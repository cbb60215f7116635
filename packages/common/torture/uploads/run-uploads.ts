import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../../src/testing/index.js';
import { createCa } from '../../test/support/certificates.js';
import { startCutProxy, type CutProxy } from '../../test/support/cut-proxy.js';
import type { UploadClient, UploadPlan } from './upload-plan.js';
import { startUploadServer, type UploadCounts, type UploadServer, type UploadServerName } from './upload-server.js';

const LINE_LIMIT_MS = 60_000;

/** What is to be run. */
export interface UploadRun extends Omit<UploadPlan, 'root'> {
  readonly server: UploadServerName;
  /** At least so many uploads are to end this way. */
  readonly count: number;
  /** Whether the connections are over TLS. Default: plaintext. */
  readonly tls?: boolean;
}

/** Runs uploads, each batch over one connection, until enough of them have ended as they should, and gives the counts. */
export async function runUploads({ server: name, count, tls = false, ...given }: UploadRun): Promise<UploadCounts> {
  const ca = tls ? await createCa() : undefined;
  const plan: UploadPlan = { ...given, ...(ca && { root: ca.cert }) };
  await using server = await startUploadServer(name, await ca?.issue());
  const { counts } = server;
  const reached = (): number => {
    if (plan.ending === 'normal') return counts.finished + counts.broken;
    return counts.broken + counts.falselyFinished;
  };
  const isOneBatchEach = plan.ending === 'kill' || plan.ending === 'exit';
  while (reached() < count) {
    await using client = startUploadClient(plan);
    do {
      await runBatch(client, plan, server);
    } while (!isOneBatchEach && reached() < count);
    await client.end();
  }
  await until(() => counts.started === counts.finished + counts.falselyFinished + counts.broken, 30_000);
  return counts;
}

async function runBatch(
  client: UploadProcess,
  { ending, root }: UploadPlan,
  { port, counts }: UploadServer,
): Promise<void> {
  await using proxy = await startCutProxy(port);
  const { started } = counts;
  const host = root === undefined ? '127.0.0.1' : 'localhost'; // a name that a certificate can have
  client.write(`${host}:${ending === 'cut' ? proxy.port : port}`);
  await client.line('open');
  if (ending === 'cut' || ending === 'kill' || ending === 'exit') {
    await until(() => counts.started > started, 30_000);
    await wait(Math.random() * 50);
  }
  if (ending === 'kill') client.kill();
  if (ending === 'exit') client.write('exit');
  if (ending === 'kill' || ending === 'exit') {
    await client.end();
    return;
  }
  const done = client.line('done');
  // Node does not see that a connection over TLS is reset while it writes: its calls end with the keepalive.
  if (ending === 'cut') await cutUntil(root === undefined ? proxy.cut : proxy.hangUp, done);
  await done;
}

/** More than once: an upload that is begun in the moment of a cut may get a connection of its own. */
async function cutUntil(cut: CutProxy['cut'], done: Promise<void>): Promise<void> {
  const again = setInterval(cut, 50);
  cut();
  await done.finally(() => clearInterval(again));
}

/** A process that makes uploads. Leaving its scope kills it. */
interface UploadProcess extends AsyncDisposable {
  /** Makes it run a batch to a target; or, in the middle of one, makes it exit. */
  write(line: string): void;
  /** Resolves when it has written this line; rejects where that takes a minute. */
  line(text: string): Promise<void>;
  kill(): void;
  /** Lets it end, and waits until it has. */
  end(): Promise<void>;
}

function startUploadClient(plan: UploadPlan): UploadProcess {
  const [program, ...args] = toCommand(plan.client);
  const child: ChildProcess = spawn(program, [...args, JSON.stringify(plan)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('the process has no pipes');
  stdin.on('error', () => undefined); // it was killed
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const exited = once(child, 'exit');
  return {
    write: (line) => void stdin.write(`${line}\n`),
    async line(text) {
      const { value } = await Promise.race([lines.next(), wait(LINE_LIMIT_MS, { value: 'nothing' }, { ref: false })]);
      if (value !== text) throw new Error(`${plan.client} wrote ${String(value)} and not ${text}`);
    },
    kill: () => void child.kill('SIGKILL'),
    async end() {
      stdin.end();
      const [code, signal] = (await exited) as [number | null, string | null];
      if (code !== 0 && signal !== 'SIGKILL') throw new Error(`${plan.client} ended with code ${code}`);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function toCommand(client: UploadClient): [string, ...string[]] {
  if (client === 'C-core') return ['python3', fileURLToPath(new URL('upload_client.py', sources))];
  return [process.execPath, fileURLToPath(new URL('torture/uploads/upload-client.js', compiled))];
}

/** This module runs from its source in a test, and compiled from the command line. */
const isCompiled = import.meta.url.includes('/torture/dist/');
const compiled = new URL(isCompiled ? '../../' : '../dist/', import.meta.url);
const sources = new URL(isCompiled ? '../../../uploads/' : './', import.meta.url);
