import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Compiles what tests start as processes: the programs in torture/ and what they import. Takes half a second. */
export function setup(): void {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  const folder = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', 'torture'], { cwd: folder, stdio: 'inherit' });
}
