import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoSteps } from './demo-steps.js';
import { listServices, readPackage, rootFolder, type ServiceFolder } from './list-services.js';

/** The files that every service has besides those of every package. */
const files = ['src/config.ts', 'src/main.ts', 'src/client.ts', 'test/wire.test.ts'];

/** The most lines of a main.ts: it puts together what is tested elsewhere. */
const MAIN_LINES = 30;

/** The files that must be the same in every service; the second also in every package that is one folder down. */
const sameFiles: Readonly<Record<string, unknown>> = {
  'tsconfig.json': {
    extends: '../../tsconfig.base.json',
    compilerOptions: { noEmit: true },
    include: ['src', 'test'],
  },
  'tsconfig.build.json': {
    extends: './tsconfig.json',
    compilerOptions: { noEmit: false, rootDir: 'src', outDir: 'dist' },
    include: ['src'],
    exclude: ['src/**/*.test.ts'],
  },
};

/** The scripts of a service; more are not allowed, so that whoever knows one service knows them all. */
function toScripts(name: string): Record<string, RegExp> {
  const exactly = (text: string): RegExp => new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`);
  return {
    // The settings of `pnpm dev` come first, then those of the service alone.
    dev: /^LOG_FORMAT=\$\{LOG_FORMAT:-pretty\} SHUTDOWN_GRACE=\$\{SHUTDOWN_GRACE:-5s\} (?:[A-Z_]+=\S+ )*exec node dist\/main\.js$/,
    start: exactly('node dist/main.js'),
    client: exactly(`../../scripts/quiet-build @streamworks/${name} && node dist/client.js`),
    build: exactly('tsc -p tsconfig.build.json'),
    test: exactly('vitest run'),
    typecheck: exactly('tsc'),
  };
}

/** What differs from the shape that all services and packages have: a line each, nothing where all is well. */
export function checkShape(root: string = rootFolder, steps: Readonly<Record<string, unknown>> = demoSteps): string[] {
  const services = listServices(root);
  const names = services.map(({ name }) => name);
  const unknownSteps = Object.keys(steps).filter((name) => !names.includes(name));
  return [
    ...services.flatMap((service) => checkService(service).map((problem) => `services/${service.name}: ${problem}`)),
    ...names
      .filter((name) => !(name in steps))
      .map((name) => `services/${name}: has no step in scripts/src/demo-steps.ts`),
    ...unknownSteps.map((name) => `scripts/src/demo-steps.ts: ${name} is no service`),
    ...listPackages(root).flatMap((path) =>
      checkPackage(join(root, path), path.includes('/')).map((problem) => `${path}: ${problem}`),
    ),
    ...checkNotice(root),
  ];
}

/** Files that were taken over are named in NOTICE, which the package that has them ships. */
function checkNotice(root: string): string[] {
  const folder = join(root, 'packages/proto/proto');
  if (!existsSync(folder)) return [];
  const [notice, shipped] = ['NOTICE', 'packages/proto/NOTICE'].map((path) => readFileSync(join(root, path), 'utf8'));
  const takenOver = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.proto'))
    .filter((path) => readFileSync(join(folder, path), 'utf8').includes('Copyright'));
  return [
    ...(notice === shipped ? [] : ['packages/proto/NOTICE is not the same as NOTICE']),
    ...takenOver.filter((path) => !notice?.includes(`  ${path}\n`)).map((path) => `NOTICE does not name ${path}`),
  ];
}

function checkService({ name, folder }: ServiceFolder): string[] {
  const problems = files.filter((file) => !existsSync(join(folder, file))).map((file) => `${file} is missing`);
  if (!['handlers.ts', 'handlers'].some((path) => existsSync(join(folder, 'src', path)))) {
    problems.push('src/handlers.ts is missing');
  }
  if (existsSync(join(folder, 'src')) && !readdirSync(join(folder, 'src')).some((file) => file.endsWith('.test.ts'))) {
    problems.push('src has no test that calls domain and handlers directly');
  }
  return [...problems, ...checkMain(join(folder, 'src/main.ts')), ...checkServicePackage(name, readPackage(folder))];
}

function checkMain(file: string): string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').length;
  return lines <= MAIN_LINES ? [] : [`src/main.ts has ${lines} lines, and may have ${MAIN_LINES}`];
}

function checkServicePackage(
  name: string,
  { name: packageName, private: isPrivate, scripts }: Record<string, unknown>,
) {
  const problems: string[] = [];
  if (packageName !== `@streamworks/${name}`) problems.push(`package.json: the name must be @streamworks/${name}`);
  if (isPrivate !== true) problems.push('package.json: "private": true is missing');
  const actual = (scripts ?? {}) as Record<string, string>;
  const expected = toScripts(name);
  for (const [script, pattern] of Object.entries(expected)) {
    if (!pattern.test(actual[script] ?? ''))
      problems.push(`package.json: the script ${script} is not as in the other services`);
  }
  for (const script of Object.keys(actual)) {
    if (!(script in expected)) problems.push(`package.json: no other service has a script ${script}`);
  }
  return problems;
}

/** The folders of the workspace, but for the root, as pnpm-workspace.yaml lists them: `scripts`, `services/*`. */
function listPackages(root: string): string[] {
  const [, list = ''] =
    /^packages:\n((?: +- .*\n)*)/m.exec(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')) ?? [];
  const paths = [...list.matchAll(/- (.*)/g)].flatMap(([, pattern = '']) => {
    if (!pattern.endsWith('/*')) return [pattern];
    const parent = pattern.slice(0, -2);
    return existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => `${parent}/${name}`) : [];
  });
  return paths.filter((path) => existsSync(join(root, path, 'package.json')));
}

function checkPackage(folder: string, nested: boolean): string[] {
  const { description, license, type, engines, files: shipped, private: isPrivate } = readPackage(folder);
  const problems: string[] = [];
  if (!existsSync(join(folder, 'README.md'))) problems.push('README.md is missing');
  if (typeof description !== 'string' || description === '') problems.push('package.json: a description is missing');
  if (license !== 'Apache-2.0') problems.push('package.json: "license": "Apache-2.0" is missing');
  if (type !== 'module') problems.push('package.json: "type": "module" is missing');
  if (isPrivate !== true && !Array.isArray(shipped))
    problems.push('package.json: "files" is missing, and it is published');
  if (isPrivate !== true && engines === undefined)
    problems.push('package.json: "engines" is missing, and it is published');
  if (!nested) return problems;
  for (const [file, expected] of Object.entries(sameFiles)) {
    const path = join(folder, file);
    // A package may check the types of more than a service has.
    if (file === 'tsconfig.json' && !folder.includes('/services/')) continue;
    if (!existsSync(path)) problems.push(`${file} is missing`);
    else if (!isSame(readFileSync(path, 'utf8'), expected)) problems.push(`${file} is not as in the other packages`);
  }
  return problems;
}

function isSame(text: string, expected: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(expected);
  } catch {
    return false;
  }
}
