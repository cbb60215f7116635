import { constants } from 'node:os';
import { help, readOthersCommand, type OthersCommand } from './others-options.js';
import { createReport } from './others/report.js';
import { runTheirClient, runTheirServer } from './others/run-against.js';
import { runProgram } from './run-program.js';

/** Runs all cases with each implementation, in both directions and both ways of sending. */
async function runOthers({ chosen }: OthersCommand): Promise<void> {
  const report = createReport((line) => void process.stdout.write(`${line}\n`));
  for (const [name, prepare] of chosen) {
    const peer = await prepare();
    if (typeof peer === 'string') {
      report.skip(name, peer);
      continue;
    }
    for (const directHttp2 of [true, false]) await runTheirClient(peer, directHttp2, report);
    await runTheirServer(peer, report);
  }
  process.exitCode = report.end();
}

// A signal that nobody listens to ends this process alone; an exit ends those that it has started, too.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

await runProgram({ script: 'interop:others', help, read: readOthersCommand, run: runOthers });
