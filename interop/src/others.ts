import { constants } from 'node:os';
import { help, readOthersCommand, type OthersCommand } from './others-options.js';
import { createReport } from './others/report.js';
import { runProgram } from './run-program.js';

/** Runs everything with each implementation. */
async function runOthers({ chosen }: OthersCommand): Promise<void> {
  const report = createReport((line) => void process.stdout.write(`${line}\n`));
  for (const [name, runOther] of chosen) {
    const problem = await runOther(report);
    if (problem !== undefined) report.skip(name, problem);
  }
  process.exitCode = report.end();
}

// A signal that nobody listens to ends this process alone; an exit ends those that it has started, too.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

await runProgram({ script: 'interop:others', help, read: readOthersCommand, run: runOthers });
