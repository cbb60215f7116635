import type { ClientCommand } from './client-command.js';
import { readCommandLine, toHelp } from './command-line.js';
import { describeFailure } from './describe-failure.js';
import { readTlsOptions } from './tls-options.js';
import { readTokenOption } from './token-option.js';
import { UsageError } from './usage-error.js';

/**
 * Runs a client script, and ends the process. Its exit code is 0 when all was as it should be, 1 when a call failed or
 * an answer was wrong, 2 for a command line or an input that cannot be understood, 130 after Ctrl-C.
 */
export async function runClient(command: ClientCommand): Promise<void> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
  process.noDeprecation = true; // Node has one for TLS to an IP address: nothing that the person could change
  process.stdout.on('error', onOutputError);
  process.stderr.on('error', onOutputError);
  const code = await runCommand(command, interrupted.signal);
  // Whatever is still open, a pipe that nobody ends included, is of no more use.
  process.stderr.write('', () => process.stdout.write('', () => process.exit(code)));
}

async function runCommand(command: ClientCommand, signal: AbortSignal): Promise<number> {
  try {
    const { values, positionals } = readCommandLine(command, process.argv.slice(2));
    if (values['help'] === true) {
      process.stdout.write(toHelp(command));
      return 0;
    }
    const target = String(values['target'] ?? command.target);
    const print = (line: unknown): void => void process.stdout.write(`${String(line)}\n`);
    const clientOptions = { ...readTlsOptions(values), ...readTokenOption(values) };
    await command.run({ target, clientOptions, positionals, options: values, signal, print });
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    process.stderr.write(`${command.name}: ${describeFailure(error, command)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** A reader that has enough (`| head`) closes the pipe: no error of ours. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
