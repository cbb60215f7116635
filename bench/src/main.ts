import { constants } from 'node:os';
import { UsageError } from '@streamworks/common/cli';
import { readBenchCommand } from './plan/command-line.js';
import { help } from './plan/help.js';
import { createColours } from './report/colours.js';
import { runBench, type Output } from './run-bench.js';

/** The process of `pnpm bench`. */
const { stdout, stderr } = process;
const clearLine = (): void => void (stderr.isTTY && stderr.write('\r\u001B[2K'));
const output: Output = {
  colours: createColours(stdout.isTTY),
  print(text) {
    clearLine();
    stdout.write(`${text}\n`);
  },
  onProgress: (text) => void (stderr.isTTY && stderr.write(`\r\u001B[2K${text}`)),
};

// A signal that nobody listens to ends this process alone; an exit ends those that it has started, too.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}
// A reader that has enough (`| head`) closes the pipe.
stdout.on('error', () => process.exit());

try {
  const command = readBenchCommand(process.argv.slice(2));
  if (command === undefined) stdout.write(help);
  else if (!(await runBench(command, output))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  stderr.write(`${error.message}\nTry: pnpm bench --help\n`);
  process.exitCode = 2;
}
