import { GRPC_GO, type Cell } from './plan/cell.js';
import type { Machine } from './report/machine.js';
import { buildGrpcGo } from './run/build-grpc-go.js';

/** A plan that can be run here, and where it is run. */
export interface RunnablePlan {
  readonly plan: readonly Cell[];
  readonly machine: Machine;
  /** Why there is no server on grpc-go in it. */
  readonly problem?: string;
}

/** Builds the server on grpc-go where the plan wants it, and takes it out of the plan where that cannot be. */
export async function leaveOutGrpcGo(plan: readonly Cell[], machine: Machine): Promise<RunnablePlan> {
  if (plan.every(({ contenders }) => contenders.every(({ server }) => server !== GRPC_GO))) return { plan, machine };
  const build = await buildGrpcGo();
  if ('versions' in build)
    return { plan, machine: { ...machine, versions: { ...machine.versions, ...build.versions } } };
  const rest = plan
    .map((cell) => ({ ...cell, contenders: cell.contenders.filter(({ server }) => server !== GRPC_GO) }))
    .filter(({ contenders }) => contenders.length > 0);
  return { plan: rest, machine, problem: build.problem };
}
