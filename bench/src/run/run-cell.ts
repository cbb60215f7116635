import { isMemoryPattern, toName, type Cell, type Contender } from '../plan/cell.js';
import type { CellResult, Outcome, Round } from './outcome.js';
import type { RunningServer } from './running-server.js';
import { runRound, type Durations } from './run-round.js';
import { OverLimitError } from './start-client.js';
import { startServer } from './start-server.js';

/** How a cell is run. */
export interface CellOptions extends Durations {
  /** Told what is measured now. */
  readonly onProgress: (text: string) => void;
  /** What took too long before with the same work but a smaller count, or the same; undefined where nothing did. */
  readonly findOverLimit: (cell: Cell, contender: Contender) => Outcome['overLimit'];
}

/** A contender on its way through the rounds. */
interface Racer {
  readonly contender: Contender;
  readonly rounds: Round[];
  server: RunningServer | undefined;
  overLimit: Outcome['overLimit'];
  problem: string | undefined;
}

/** Runs the rounds of a cell: each contender once in each, against a server process that lives as long as the cell. */
export async function runCell(cell: Cell, options: CellOptions): Promise<CellResult> {
  const racers = cell.contenders.map((contender): Racer => {
    const overLimit = options.findOverLimit(cell, contender);
    return { contender, rounds: [], server: undefined, overLimit, problem: undefined };
  });
  try {
    for (let round = 1; round <= cell.rounds; round += 1) {
      for (const racer of racers) {
        if (racer.overLimit !== undefined || racer.problem !== undefined) continue;
        options.onProgress(`${cell.pattern}, ${cell.count}: ${toName(racer.contender)}, round ${round}`);
        await runRacer(racer, cell, options);
      }
    }
  } finally {
    for (const racer of racers) await stopServer(racer);
  }
  return { cell, outcomes: racers.map(toOutcome) };
}

async function runRacer(racer: Racer, cell: Cell, options: CellOptions): Promise<void> {
  try {
    racer.server ??= await startServer(racer.contender.server);
    racer.rounds.push(await runRound(cell, racer.contender, racer.server, options));
    // Memory that has grown does not shrink: the next round needs another process.
    if (isMemoryPattern(cell.pattern)) await stopServer(racer);
  } catch (error) {
    if (error instanceof OverLimitError) racer.overLimit = { seconds: options.limitMs / 1000, count: cell.count };
    else racer.problem = (error as Error).message;
    // It may be busy with what nobody waits for any more.
    await stopServer(racer);
  }
}

async function stopServer(racer: Racer): Promise<void> {
  await racer.server?.stop();
  racer.server = undefined;
}

function toOutcome({ contender, rounds, overLimit, problem }: Racer): Outcome {
  return {
    contender,
    rounds,
    ...(overLimit !== undefined && { overLimit }),
    ...(problem !== undefined && { problem }),
  };
}
