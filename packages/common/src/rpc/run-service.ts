import { StartError } from '../config/setting.js';
import type { RunningServer } from './serve.js';

/**
 * Runs a service as a process: starts it, and stops it on SIGINT, SIGTERM or SIGHUP, with exit code 0. A {@link StartError}
 * is one line on stderr and exit code 1. A second signal changes nothing: task runners send several.
 */
export async function runService(start: () => Promise<RunningServer>): Promise<void> {
  const signal = untilSignal();
  try {
    const server = await Promise.race([start(), signal]);
    // A signal during the start: nothing has been promised to anybody yet.
    if (server === undefined) process.exit(0);
    await signal;
    await server.stop();
    process.exit(0);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function untilSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => resolve(undefined));
    process.on('SIGTERM', () => resolve(undefined));
    process.on('SIGHUP', () => resolve(undefined));
  });
}
