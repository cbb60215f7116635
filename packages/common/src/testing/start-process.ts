import { spawn, type ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';

/** How a process ended: with an exit code, or by a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that a test has started. Leaving the scope of `await using` kills it. */
export interface TestProcess extends AsyncDisposable {
  /** What it has written to stdout until now. */
  readonly stdout: string;
  /** What it has written to stderr until now. */
  readonly stderr: string;
  /** Resolves at its end, when all that it wrote has been read. */
  readonly ended: Promise<ProcessEnd>;
  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void;
}

/** Options of a process. */
export interface ProcessOptions {
  /** Its whole environment but for `PATH`. Default: nothing else. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads on stdin, which is a pipe then; an empty text is an empty pipe. Default: `/dev/null`. */
  readonly input?: string | AsyncIterable<string> | Iterable<string>;
}

/** Starts a process: `startProcess([process.execPath, 'dist/client.js', '2'])`. */
export function startProcess(
  command: readonly [string, ...string[]],
  { env = {}, input }: ProcessOptions = {},
): TestProcess {
  const [file, ...args] = command;
  const child = spawn(file, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  if (input !== undefined) feed(child, input);
  const ended = new Promise<ProcessEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  remember(child);
  return {
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    ended,
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended.catch(() => undefined); // a program that is not there leaves nothing behind
    },
  };
}

const running = new Set<ChildProcess>();

/**
 * No process outlives the tests that have started it. A signal that nobody listens to ends a program without `exit`: one
 * that starts processes has to make an exit of it.
 */
function remember(child: ChildProcess): void {
  if (running.size === 0) process.once('exit', killAll);
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', killAll);
  });
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** How a process went that has ended by itself, and what it has written. */
export interface ProcessResult extends ProcessEnd {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a process to its end. */
export async function runProcess(
  command: readonly [string, ...string[]],
  options?: ProcessOptions,
): Promise<ProcessResult> {
  await using child = startProcess(command, options);
  const end = await child.ended;
  return { ...end, stdout: child.stdout, stderr: child.stderr };
}

function feed(child: ChildProcess, input: NonNullable<ProcessOptions['input']>): void {
  if (child.stdin === null) return;
  // A process that ends before it has read everything is no error of the test.
  child.stdin.on('error', () => undefined);
  const source = Readable.from(input);
  source.on('error', (error) => child.stdin?.destroy(error));
  source.pipe(child.stdin);
}
