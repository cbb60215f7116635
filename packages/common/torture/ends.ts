import { spawnSync } from 'node:child_process';
import type { TortureOptions, TortureRow as Row } from '../src/testing/torture-part.js';
import { runUploads, type UploadRun } from './uploads/run-uploads.js';
import { endings, uploadClients, type Ending } from './uploads/upload-plan.js';

/** How many uploads share a connection. */
const PARALLEL = 100;

/** The same where each batch needs a process of its own: to start one takes longer than its uploads. */
const PARALLEL_OF_A_PROCESS = 400;

/** An upload that was broken off never looks whole, one that is whole never looks broken: many times, at random moments. */
export async function* tortureEnds({ count, isWanted }: TortureOptions): AsyncGenerator<Row> {
  const hasCCore = spawnSync('python3', ['-c', 'import grpc.aio']).status === 0;
  for (const run of listRuns(count)) {
    const name = `${run.tls === true ? 'TLS' : 'plaintext'}, ${run.server} server, ${run.client} client, ${run.kind}, ${run.ending}`;
    if (!isWanted(name)) continue;
    if (run.client === 'C-core' && !hasCCore) yield { name, figures: { skipped: 'no grpcio for python3' } };
    else yield { name, ...(await runUploads(run).then((counts) => judge(run, counts), toFault)) };
  }
}

function* listRuns(count: number): Generator<UploadRun> {
  for (const tls of [false, true]) {
    for (const server of ['direct', 'public'] as const) {
      for (const client of uploadClients) {
        for (const kind of ['client', 'bidi'] as const) {
          for (const ending of endings)
            yield { tls, server, client, kind, ending, count, parallel: toParallel(ending) };
        }
      }
    }
    // For comparison: a handler as every tutorial writes it.
    for (const ending of endings) {
      yield { tls, server: 'plain', client: 'grpc-js', kind: 'client', ending, count, parallel: toParallel(ending) };
    }
  }
}

function toParallel(ending: Ending): number {
  return ending === 'kill' || ending === 'exit' ? PARALLEL_OF_A_PROCESS : PARALLEL;
}

/** An upload that never ended, for one: the other rows are run all the same. */
function toFault(error: unknown): Omit<Row, 'name'> {
  return { figures: {}, fault: String(error) };
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
