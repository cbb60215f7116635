// Runs turbo for the scripts of the root package.json: without its telemetry, and so that one Ctrl-C is one.
// Plain JavaScript: it runs before anything is built.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

// Turbo kills its tasks at the second signal, and one Ctrl-C would bring two: the terminal's, and the same from pnpm,
// which passes it on. So turbo gets a process group of its own, and signals from here: a second one only from a person
// who presses Ctrl-C again.
const SAME_SIGNAL_MS = 1_000;

const turbo = spawn('turbo', process.argv.slice(2), {
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: true,
  env: {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: '1',
    // Colours only in a terminal: some tools write them wherever they are not told to leave it.
    ...(!process.stdout.isTTY && !process.env.FORCE_COLOR && { NO_COLOR: '1' }),
    // A persistent task is a service: its lines are of interest, and not the command that pnpm runs.
    ...(process.argv.includes('dev') && { npm_config_reporter: 'silent' }),
  },
});

let lastSignalTime = -Infinity;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    const now = performance.now();
    // SIGINT always: it is the signal at which turbo lets its tasks come to their end.
    if (now - lastSignalTime > SAME_SIGNAL_MS && turbo.pid !== undefined) process.kill(-turbo.pid, 'SIGINT');
    lastSignalTime = now;
  });
}

turbo.on('error', (error) => {
  process.stderr.write(`turbo cannot be started (${error.message}): run it through pnpm\n`);
  process.exit(1);
});
turbo.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
