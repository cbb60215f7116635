import { leaveOutGrpcGo } from './leave-out-grpc-go.js';
import { checkOutputFiles, writeOutputFiles } from './output-files.js';
import { GRPC_GO, toServerName, type Cell, type Contender } from './plan/cell.js';
import type { BenchCommand } from './plan/command-line.js';
import { createPlan } from './plan/create-plan.js';
import { noteLeftOut } from './plan/note-left-out.js';
import type { Colours } from './report/colours.js';
import { describeMachine, readMachine } from './report/machine.js';
import { describeNoise, measureNoise } from './report/noise.js';
import { toTable } from './report/table.js';
import type { CellResult, Outcome } from './run/outcome.js';
import { runCell } from './run/run-cell.js';

/** Where the output goes. */
export interface Output {
  readonly print: (text: string) => void;
  readonly onProgress: (text: string) => void;
  readonly colours: Colours;
}

/** Runs what the command asks for and writes what came of it. Gives whether something was run, and all went well. */
export async function runBench(command: BenchCommand, output: Output): Promise<boolean> {
  const { quick, rounds, limitSeconds } = command;
  const { print, colours } = output;
  const wanted = createPlan(command);
  checkOutputFiles(command);
  const { plan, machine, problem } = await leaveOutGrpcGo(wanted, readMachine());
  for (const line of describeMachine(machine)) print(line);
  print(`${rounds} ${rounds === 1 ? 'round' : 'rounds'}, at most ${limitSeconds} s a run: medians (least–most)`);
  if (quick) print('--quick only shows that everything runs: its figures say nothing');
  if (problem !== undefined) print(`${GRPC_GO.name} is left out: ${problem}`);
  const note = noteLeftOut(command);
  if (note !== undefined) print(note);
  const results = await runPlan(plan, command, output);
  print(`\n${describeNoise(measureNoise(results))}`);
  const problems = writeOutputFiles(command, { machine, isQuick: quick, results });
  for (const line of problems) print(colours.red(line));
  const outcomes = results.flatMap((result) => result.outcomes);
  return problems.length === 0 && outcomes.length > 0 && outcomes.every((outcome) => outcome.problem === undefined);
}

/** Runs the cells one after the other, and prints each when it is done. */
async function runPlan(
  plan: readonly Cell[],
  { quick, limitSeconds }: BenchCommand,
  { print, onProgress, colours }: Output,
): Promise<CellResult[]> {
  const durations = { limitMs: limitSeconds * 1000, warmUpMs: quick ? 0 : 500, stoppedMs: quick ? 1_000 : 5_000 };
  const results: CellResult[] = [];
  const findOverLimit = (cell: Cell, contender: Contender): Outcome['overLimit'] =>
    findEarlier(results, cell, contender);
  for (const cell of plan) {
    const result = await runCell(cell, { ...durations, onProgress, findOverLimit });
    if (results.at(-1)?.cell.part !== cell.part) print(colours.bold(`\n== ${cell.part}`));
    print(`\n${toTable(result, { colours, withAims: !quick })}`.trimEnd());
    results.push(result);
  }
  return results;
}

/** What took too long with the same work: that many messages, or fewer. */
function findEarlier(results: readonly CellResult[], cell: Cell, contender: Contender): Outcome['overLimit'] {
  const isSame = (other: Contender): boolean =>
    toServerName(other) === toServerName(contender) && other.client === contender.client;
  return results
    .filter(
      ({ cell: { pattern, payloadBytes, count, subscribers } }) =>
        pattern === cell.pattern &&
        payloadBytes === cell.payloadBytes &&
        count <= cell.count &&
        subscribers <= cell.subscribers,
    )
    .flatMap(({ outcomes }) => outcomes.filter((outcome) => isSame(outcome.contender)))
    .find(({ overLimit }) => overLimit !== undefined)?.overLimit;
}
