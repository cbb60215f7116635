import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runUploads } from '../torture/uploads/run-uploads.js';
import { endings, type Ending, type UploadClient } from '../torture/uploads/upload-plan.js';
import type { UploadServerName } from '../torture/uploads/upload-server.js';

/** How many of each; `pnpm torture` does ten thousand. */
const COUNT = 200;
const PARALLEL = 100;

/** What an ending is, in the name of a test. */
const names: Record<Ending, string> = {
  normal: 'ended',
  cancel: 'cancelled',
  deadline: 'past their deadline',
  cut: 'cut off with their connection',
  kill: 'of a client that is killed',
  exit: 'of a client that cancels and exits',
};

const hasCCore = spawnSync('python3', ['-c', 'import grpc.aio']).status === 0;

const combinations: [UploadServerName, UploadClient, readonly Ending[]][] = [
  ['direct', 'ours', endings],
  ['direct', 'grpc-js', endings],
  ['direct', 'C-core', ['normal', 'cancel', 'kill']],
  ['public', 'ours, public', ['normal', 'cancel']],
  ['public', 'grpc-js', ['normal', 'cancel', 'cut']],
];

describe.each(combinations)('our server (%s), client: %s', (server, client, some) => {
  describe.each(['client', 'bidi'] as const)('%s streaming', (kind) => {
    it.each(some.map((ending) => [names[ending], ending] as const))(
      'uploads %s are told apart',
      { timeout: 60_000, skip: client === 'C-core' && !hasCCore },
      async (_name, ending) => {
        const counts = await runUploads({ server, client, kind, ending, count: COUNT, parallel: PARALLEL });
        expect(counts).toMatchObject({ falselyFinished: 0 });
        if (ending === 'normal') expect(counts).toMatchObject({ broken: 0 });
      },
    );
  });
});

it('the same uploads look finished to a handler on grpc-js alone: these tests would see it', async () => {
  const plan = { server: 'plain', client: 'grpc-js', kind: 'client', ending: 'cancel', parallel: 50 } as const;
  expect((await runUploads({ ...plan, count: 50 })).falselyFinished).toBeGreaterThan(0);
});
