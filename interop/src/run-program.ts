import { UsageError } from '@streamworks/common/cli';

/** A program of this package. */
export interface Program<Command> {
  /** Its script in package.json: `interop:client`. */
  readonly script: string;
  readonly help: string;
  /** Reads the command line; undefined where it asks for help. Throws a {@link UsageError} where it makes no sense. */
  readonly read: (args: readonly string[]) => Command | undefined;
  readonly run: (command: Command) => Promise<void>;
}

/** Runs a program. Its exit code is 2 for a command line that makes no sense. */
export async function runProgram<Command>({ script, help, read, run }: Program<Command>): Promise<void> {
  process.stdout.on('error', onOutputError);
  process.stderr.on('error', onOutputError);
  try {
    const command = read(process.argv.slice(2));
    if (command === undefined) process.stdout.write(help);
    else await run(command);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nTry: pnpm ${script} --help\n`);
    process.exitCode = 2;
  }
}

/** A reader that has enough (`| head`) closes the pipe, which is no error of ours: what has failed until then counts. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`the output cannot be written: ${error.message}\n`);
  process.exit(1);
}
