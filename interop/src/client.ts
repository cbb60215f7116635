import { UsageError } from '@streamworks/common/cli';
import { help, readClientCommand, type ClientCommand } from './client-options.js';
import { runCase } from './run-case.js';

/** Runs the cases one after another, with a line for each. Gives the exit code. */
async function runCases({ names, target, options }: ClientCommand): Promise<number> {
  let code = 0;
  for (const name of names) {
    const reason = await runCase(name, target, options);
    process.stdout.write(reason === undefined ? `✓ ${name}\n` : `✗ ${name}: ${reason}\n`);
    if (reason !== undefined) code = 1;
  }
  return code;
}

try {
  const command = readClientCommand(process.argv.slice(2));
  if (command === undefined) process.stdout.write(help);
  else process.exitCode = await runCases(command);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\nTry: pnpm interop:client --help\n`);
  process.exitCode = 2;
}
