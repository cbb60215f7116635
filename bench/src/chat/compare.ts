import { startOurChat, startPlainChat, type LoadServer } from './load-server.js';
import { toComparison, toFigures, toReport, toTitle, type Figures } from './report.js';
import { runLoad, type LoadPlan } from './run-load.js';

/** One of two that take turns. */
interface Side {
  readonly title: string;
  readonly plan: LoadPlan;
  start(): Promise<LoadServer>;
}

type Print = (line: string) => void;

/** The same load on the chat and on one that is written on plain grpc-js, and stores nothing. */
export function compareWithPlain(plan: LoadPlan, rounds: number, print: Print): Promise<void> {
  const ours = { title: 'ours', plan, start: startOurChat };
  return compare([ours, { title: 'plain grpc-js', plan, start: startPlainChat }], rounds, print);
}

/** The same load with and without those who stop reading: what the others notice of them. */
export function compareStopped(plan: LoadPlan, rounds: number, print: Print): Promise<void> {
  const stopped = { title: 'one has stopped', plan, start: startOurChat };
  return compare([stopped, { title: 'all read', plan: { ...plan, slow: 0 }, start: startOurChat }], rounds, print);
}

async function compare([one, other]: readonly [Side, Side], rounds: number, print: Print): Promise<void> {
  print(`${toTitle(one.plan)}; ${rounds} rounds, medians`);
  const figures: readonly [Figures[], Figures[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, side] of [one, other].entries()) {
      await using server = await side.start();
      const result = await runLoad(server, side.plan);
      figures[index]?.push(toFigures(result));
      print(`\n${side.title}, round ${round + 1}: ${toReport(side.plan, result)}`);
    }
  }
  print(`\n${toComparison(...figures, [one.title, other.title])}`);
}
