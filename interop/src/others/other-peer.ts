import { startProcess, type TestProcess } from '@streamworks/common/testing';

/** A program with its arguments. */
export type Command = readonly [string, ...string[]];

/** The official interop programs of another implementation, ready to run. */
export interface OtherPeer {
  /** The implementation with its version. */
  readonly name: string;
  /** Runs one case against a server on this machine; its exit code is 0 when the case passes. */
  readonly client: (name: string, port: number) => Command;
  readonly server: (port: number) => Command;
}

/** Makes the programs ready, which takes minutes where they have to be fetched; or says why that cannot be done. */
export type Prepare = () => Promise<OtherPeer | string>;

/** What a command may take, and further variables of its environment. */
export interface RunOptions {
  readonly limitMs: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command to its end. Gives undefined where its exit code is 0, and else what went wrong, in a few lines. */
export async function run(command: Command, { limitMs, env = {} }: RunOptions): Promise<string | undefined> {
  // oxlint-disable-next-line node/no-process-env -- compilers and package managers look for their caches there
  const inherited = process.env as Record<string, string>; // what is set is text
  const child = startProcess(command, { env: { ...inherited, ...env } });
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  try {
    const { code, signal } = await child.ended;
    if (code === 0) return undefined;
    if (signal === 'SIGKILL') return `no end within ${limitMs / 1000} s`;
    return [`exit code ${code}`, ...toLastLines(child)].join('\n    ');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException; // spawn throws no other
    return code === 'ENOENT' ? `there is no program ${command[0]}` : `${command[0]} cannot be run: ${message}`;
  } finally {
    clearTimeout(timer);
  }
}

/** The end of what a process has written: three lines at most. */
export function toLastLines({ stdout, stderr }: TestProcess): string[] {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-3);
}
