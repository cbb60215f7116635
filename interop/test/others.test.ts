import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess, startProcess } from '@streamworks/common/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const others = fileURLToPath(new URL('../dist/others.js', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamworks-interop-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** An environment where the folder has all the programs that there are. */
const toEnvironment = () => ({ PATH: folder, HOME: folder, XDG_CACHE_HOME: folder });

function writeProgram(name: string, lines: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`);
  chmodSync(join(folder, name), 0o755);
}

describe('the runs against others', { timeout: 60_000 }, () => {
  it('say why nothing is run', async () => {
    const { code, stdout, stderr } = await runProcess([process.execPath, others], { env: toEnvironment() });
    expect(stdout.trim().split(/\n+/)).toEqual([
      '– grpc-go is skipped: there is no program go',
      '– grpc-java is skipped: there is no program java',
      '– route-guide is skipped: there is no program go',
      '✗ nothing was run: grpc-go and grpc-java and route-guide skipped, for the reasons above',
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('describe themselves, and refuse what they do not know', async () => {
    const help = await runProcess([process.execPath, others, '--help']);
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: pnpm interop:others') });
    const unknown = await runProcess([process.execPath, others, '--bogus']);
    const stderr = "Unknown option '--bogus'\nTry: pnpm interop:others --help\n";
    expect(unknown).toMatchObject({ code: 2, stdout: '', stderr });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('end the server of another at %s', async (signal) => {
    await using listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo; // it listens on a port
    const server = `require('node:net').connect(${port}, '127.0.0.1').on('error', () => undefined)`;
    writeProgram('mvn', 'for last; do :; done; /bin/mkdir "${last#*=}"');
    writeProgram('java', `case "$*" in *Server*) exec '${process.execPath}' -e "${server}" ;; esac`);
    await using child = startProcess([process.execPath, others, '--only', 'grpc-java'], { env: toEnvironment() });
    const [socket] = (await once(listener, 'connection')) as [Socket]; // the event's
    const closed = once(
      socket.resume().on('error', () => undefined),
      'close',
    );
    child.kill(signal);
    expect(await child.ended).toEqual({ code: { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[signal], signal: null });
    await closed;
  });
});
