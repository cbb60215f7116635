import { describe, expect, it } from 'vitest';
import type { Command, OtherPeer } from './other-peer.js';
import { createReport } from './report.js';
import { runTheirServer } from './run-against.js';

const toPeer = (...server: Command): OtherPeer => ({ name: 'other', client: () => server, server: () => server });

async function runAgainst(peer: OtherPeer): Promise<string[]> {
  const lines: string[] = [];
  await runTheirServer(
    peer,
    createReport((line) => lines.push(line)),
  );
  return lines;
}

describe('runTheirServer', () => {
  it('reports a server that does not start, with what it says', async () => {
    const server = toPeer(process.execPath, '-e', 'console.error("no port"); process.exitCode = 3');
    expect(await runAgainst(server)).toEqual([
      '\nother: its server, our client',
      '✗ its server starts: it ended with exit code 3\n    no port',
    ]);
  });

  it('reports a server that is not there', async () => {
    const [, row] = await runAgainst(toPeer('/no/such/server'));
    expect(row).toBe('✗ its server starts: it cannot be run: spawn /no/such/server ENOENT');
  });
});
