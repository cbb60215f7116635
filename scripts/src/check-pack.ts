import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rootFolder } from './list-services.js';

/** The packages that others can install. The first example in the README of each is what somebody with only them writes. */
const packages = ['proto', 'common', 'storage'];

const run = promisify(execFile);

/** Packs the packages, installs them in an empty project elsewhere, and uses them there, with types. Gives what went wrong. */
export async function checkPack(): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'streamworks-pack-'));
  try {
    for (const name of packages) {
      const folder = join(rootFolder, 'packages', name);
      await run('pnpm', ['pack', '--pack-destination', project], { cwd: folder });
      await writeFile(join(project, `${name}.ts`), readExample(await readFile(join(folder, 'README.md'), 'utf8')));
    }
    const tarballs = (await readdir(project)).filter((file) => file.endsWith('.tgz')).map((file) => `./${file}`);
    await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'packed', private: true, type: 'module' }));
    const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--prefer-offline', '--loglevel=error'];
    await run('npm', ['install', ...quiet, ...tarballs], { cwd: project });
    const tsc = join(rootFolder, 'node_modules/typescript/bin/tsc');
    const options = '--strict --exactOptionalPropertyTypes --module NodeNext --target ES2023 --types node';
    await run(process.execPath, [tsc, ...options.split(' '), ...packages.map((name) => `${name}.ts`)], {
      cwd: project,
    });
    for (const name of packages) await run(process.execPath, [`${name}.js`], { cwd: project, timeout: 60_000 });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }; // those of execFile
    return [String(error), stdout, stderr].filter((text) => text !== undefined && text !== '').join('\n');
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

function readExample(readme: string): string {
  const [, example] = /^```ts\n(.*?)^```/ms.exec(readme) ?? [];
  if (example === undefined) throw new Error('the README has no example');
  return example;
}
