import { fuzzCalls } from './hostile/fuzz-calls.js';
import { fuzzFrames } from './hostile/fuzz-frames.js';
import { leaveMany } from './hostile/leave-many.js';
import { resetMany } from './hostile/reset-many.js';
import { runTrial, type Attack } from './hostile/run-trial.js';
import type { TortureOptions, TortureRow as Row } from '../src/testing/torture-part.js';

/** How much of each attack comes before the one that is measured. */
const WARM_UP = 500;

/** A client that sends what it should not harms nobody else, and leaves nothing. */
export async function* tortureHostile({ count, minutes, isWanted }: TortureOptions): AsyncGenerator<Row> {
  const attacks = listAttacks(count, (minutes * 60_000) / 4);
  for (const directHttp2 of [true, false]) {
    for (const [name, warmUp, attack] of attacks) {
      const row = `${directHttp2 ? 'direct' : 'public'}, ${name}`;
      if (!isWanted(row)) continue;
      const { figures, faults } = await runTrial({ directHttp2, warmUp, attack });
      yield { name: row, figures, ...(faults.length > 0 && { fault: faults.join(', ') }) };
    }
  }
}

/** Two of them go on for a time, for each of the two ways of a server. */
function listAttacks(count: number, ms: number): [string, Attack, Attack][] {
  return [
    ['calls that are wrong', fuzzCalls({ cases: WARM_UP }), fuzzCalls({ ms })],
    ['frames that are wrong', fuzzFrames({ cases: WARM_UP }), fuzzFrames({ ms })],
    ['rapid resets', resetMany(WARM_UP), resetMany(count)],
    ['streams that are left', leaveMany(WARM_UP), leaveMany(count)],
  ];
}
