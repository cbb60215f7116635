import { help, readClientCommand, type ClientCommand } from './client-options.js';
import { runCase } from './run-case.js';
import { runProgram } from './run-program.js';

/** Runs the cases one after another, with a line for each. */
async function runCases({ names, target, options }: ClientCommand): Promise<void> {
  for (const name of names) {
    const reason = await runCase(name, target, options);
    if (reason !== undefined) process.exitCode = 1;
    process.stdout.write(reason === undefined ? `✓ ${name}\n` : `✗ ${name}: ${reason}\n`);
  }
}

await runProgram({ script: 'interop:client', help, read: readClientCommand, run: runCases });
