import { spawnSync } from 'node:child_process';
import type { Row, TortureOptions } from './torture-part.js';
import { runUploads, type UploadRun } from './uploads/run-uploads.js';
import { endings, uploadClients } from './uploads/upload-plan.js';

/** How many uploads share a connection. */
const PARALLEL = 100;

/** An upload that was broken off never looks whole, one that is whole never looks broken: many times, at random moments. */
export async function* tortureEnds({ count }: TortureOptions): AsyncGenerator<Row> {
  const hasCCore = spawnSync('python3', ['-c', 'import grpc.aio']).status === 0;
  for (const run of listRuns(count)) {
    const name = `${run.server} server, ${run.client} client, ${run.kind}, ${run.ending}`;
    if (run.client === 'C-core' && !hasCCore) yield { name, figures: { skipped: 'no grpcio for python3' } };
    else yield { name, ...judge(run, await runUploads(run)) };
  }
}

function* listRuns(count: number): Generator<UploadRun> {
  for (const server of ['direct', 'public'] as const) {
    for (const client of uploadClients) {
      for (const kind of ['client', 'bidi'] as const) {
        for (const ending of endings) yield { server, client, kind, ending, count, parallel: PARALLEL };
      }
    }
  }
  // For comparison: a handler as every tutorial writes it.
  for (const ending of endings) {
    yield { server: 'plain', client: 'grpc-js', kind: 'client', ending, count, parallel: PARALLEL };
  }
}

function judge(
  { server, ending }: UploadRun,
  { finished, falselyFinished, broken }: Awaited<ReturnType<typeof runUploads>>,
): Omit<Row, 'name'> {
  const falselyBroken = ending === 'normal' ? broken : 0;
  const figures = {
    whole: finished,
    brokenOff: broken + falselyFinished - falselyBroken,
    falselyFinished,
    falselyBroken,
  };
  const isWrong = server !== 'plain' && falselyFinished + falselyBroken > 0;
  return { figures, ...(isWrong && { fault: 'an end was taken for a cancel, or a cancel for an end' }) };
}
