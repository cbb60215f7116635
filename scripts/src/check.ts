import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkPack } from './check-pack.js';
import { checkShape } from './check-shape.js';
import { rootFolder } from './list-services.js';

/**
 * `pnpm check`: everything that must hold besides the tests. Every step runs, also after one that failed. With an
 * argument, as in `pnpm check proto`, those steps run that have it in their name.
 */

/** A step: what it finds, as text; nothing where all is well. */
interface Step {
  readonly name: string;
  readonly run: () => string | Promise<string>;
}

const protoFolder = join(rootFolder, 'packages/proto');

const steps: readonly Step[] = [
  { name: 'format', run: () => runCommand('prettier --check --log-level warn .') },
  { name: 'lint and import walls', run: () => runCommand('oxlint --type-aware --deny-warnings') },
  { name: 'types', run: () => runCommand('node scripts/turbo.js run typecheck --output-logs=errors-only') },
  { name: 'proto: lint', run: () => runCommand('buf lint', protoFolder) },
  { name: 'proto: format', run: () => runCommand('buf format --diff --exit-code', protoFolder) },
  { name: 'proto: no breaking change', run: () => runCommand('buf breaking --against baseline.binpb', protoFolder) },
  { name: 'proto: generated files', run: () => runCommand('pnpm --filter @streamworks/proto generate --check') },
  { name: 'shape', run: () => checkShape().join('\n') },
  { name: 'pack: used in an empty project', run: checkPack },
];

/** What a command says where it fails. The commands are those above: words with blanks between. */
function runCommand(command: string, cwd: string = rootFolder): string {
  const [file = '', ...args] = command.split(' ');
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' }, // prettier would write colours wherever CI is set
  });
  if (status === 0) return '';
  if (error !== undefined) return `${command}: ${error.message}`;
  return `${stdout}${stderr}`.trim() || `${command}: exit code ${status}`;
}

const [wanted = ''] = process.argv.slice(2);
const chosen = steps.filter(({ name }) => name.includes(wanted));
if (chosen.length === 0) {
  console.error(`check: no step is called ${wanted}; there are ${steps.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

let failed = 0;
for (const { name, run } of chosen) {
  const start = performance.now();
  const findings = await run();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (findings === '') {
    console.log(`✓ ${name} (${seconds} s)`);
  } else {
    failed += 1;
    console.log(`✗ ${name} (${seconds} s)\n${findings.replaceAll(/^/gm, '    ')}`);
  }
}
if (failed > 0) {
  console.error(`${failed} of ${chosen.length} checks failed`);
  process.exit(1);
}
