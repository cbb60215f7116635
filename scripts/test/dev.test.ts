import { connect } from 'node:net';
import { join } from 'node:path';
import { startProcess, until, type TestProcess } from '@streamworks/common/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootFolder } from '../src/list-services.js';
import { processEnvironment } from './process-environment.js';

const LIMIT_MS = 120_000;

let dev: TestProcess;

/** `pnpm dev` for pow alone: what the root package's script runs. */
beforeEach(() => {
  const command = [
    process.execPath,
    join(rootFolder, 'scripts/turbo.js'),
    'run',
    'dev',
    '--filter=@streamworks/pow',
  ] as const;
  dev = startProcess(command, { env: { ...processEnvironment(), POW_PORT: '0' } });
});

afterEach(async () => {
  dev.kill('SIGINT');
  await dev.ended;
});

/** The port in the line that pow writes when it listens. */
function findPort(): number | undefined {
  const [, port] = /@streamworks\/pow:dev: .*listening .*"port":(\d+)/.exec(dev.stdout) ?? [];
  return port === undefined ? undefined : Number(port);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

describe('turbo run dev', () => {
  it(
    'gives the environment to a service, and ends it with exit code 0 at one SIGINT or several',
    async () => {
      await until(() => findPort() !== undefined, LIMIT_MS);
      const port = findPort() ?? 0;
      expect(port).not.toBe(8082);
      expect(await isOpen(port)).toBe(true);

      // In a terminal, Ctrl-C reaches the script twice: from the terminal, and from pnpm.
      dev.kill('SIGINT');
      dev.kill('SIGINT');
      expect(await dev.ended).toEqual({ code: 0, signal: null });
      expect(dev.stdout).toMatch(/@streamworks\/pow:dev: .*draining/);
      expect(dev.stdout).toMatch(/@streamworks\/pow:dev: .*stopped/);
      expect(dev.stdout + dev.stderr).not.toMatch(/ELIFECYCLE|Force killed|ERROR/);
      expect(await isOpen(port)).toBe(false);
    },
    LIMIT_MS * 2,
  );
});
