import { fileURLToPath } from 'node:url';
import { startProcess } from '../../src/testing/index.js';
import type { LeakPlan, LeakReport } from './leak-plan.js';

/** Runs a process that makes many calls which are broken off, and gives what each kind and way has left. */
export async function findLeaks(plan: LeakPlan): Promise<LeakReport[]> {
  const isCompiled = import.meta.url.includes('/torture/dist/');
  const compiled = new URL(isCompiled ? '../../' : '../dist/', import.meta.url);
  const program = fileURLToPath(new URL('torture/leaks/leak-process.js', compiled));
  await using child = startProcess([process.execPath, '--expose-gc', program, JSON.stringify(plan)]);
  const { code } = await child.ended;
  if (code !== 0) throw new Error(`the process ended with code ${code}: ${child.stderr}`);
  return child.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LeakReport);
}
