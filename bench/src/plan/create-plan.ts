import { UsageError } from '@streamworks/common/cli';
import type { Cell } from './cell.js';
import type { BenchCommand } from './command-line.js';
import { createCombinedPlan } from './combined-plan.js';
import { createDefaultPlan } from './default-plan.js';

/**
 * The cells of a command. Without options that say what to combine they are those of the default plan. Throws a
 * UsageError where there is nothing to do.
 */
export function createPlan(command: BenchCommand): Cell[] {
  const { contenders, payloads, counts } = command;
  const isCombined = contenders !== undefined || payloads !== undefined || counts !== undefined;
  const plan = isCombined ? createCombinedPlan(command) : createDefaultPlan(command);
  if (plan.length > 0) return plan;
  throw new UsageError(
    'nothing to measure: guarded takes no peers, payloads and counts, and the memory of what is at an address is unknown',
  );
}
