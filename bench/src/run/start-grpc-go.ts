import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Announcement } from '../process/messages.js';
import type { Usage } from '../process/usage.js';
import { grpcGoProgram } from './build-grpc-go.js';
import { endWithUs, stopChild } from './child.js';
import type { RunningServer } from './running-server.js';

/** Starts the server that was built from bench/go: it speaks lines of JSON, and ends with its input, which ends with us. */
export async function startGrpcGo(): Promise<RunningServer> {
  const child = endWithUs(spawn(grpcGoProgram, { stdio: ['pipe', 'pipe', 'inherit'] }));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async <Answer>(): Promise<Answer> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('its process has ended');
    return JSON.parse(value) as Answer; // as bench/go writes it
  };
  child.stdin.on('error', () => undefined); // the process has ended: what is read next says so
  const { port } = await next<Announcement>();
  return {
    target: `127.0.0.1:${port}`,
    readUsage(request = { collect: false }) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return next<Usage>();
    },
    stop: () => stopChild(child),
  };
}
