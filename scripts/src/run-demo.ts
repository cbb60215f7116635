import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess, startServiceProcess, type ServiceProcess } from '@streamworks/common/testing';
import { compareLines } from './compare-lines.js';
import type { DemoStep } from './demo-steps.js';
import { readPackage, type ServiceFolder } from './list-services.js';
import { toShellWord } from './to-shell-word.js';

/** So long may one run of a client take, and a stop of all services. */
const CLIENT_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 20_000;

/** The longest argument that is shown in full. */
const SHOWN_ARGUMENT = 40;

/** What a demo runs. */
export interface DemoOptions {
  readonly services: readonly ServiceFolder[];
  readonly steps: Readonly<Record<string, readonly DemoStep[]>>;
  readonly print: (line: string) => void;
  /** Ends the demo early; everything that runs is stopped. */
  readonly signal: AbortSignal;
}

/**
 * Starts every service on free ports, runs its client scripts against it, and stops everything. Resolves with the
 * number of things that were not as they should be, until its end or an abort; nothing is left running, whatever happens.
 */
export async function runDemo({ services, steps, print, signal }: DemoOptions): Promise<number> {
  let problems = 0;
  const report = (found: readonly string[], success: string): void => {
    for (const problem of found) print(`  ✗ ${problem}`);
    if (found.length === 0) print(`  ✓ ${success}`);
    problems += found.length;
  };
  const running = new Map<ServiceFolder, ServiceProcess>();
  const dataFolder = mkdtempSync(join(tmpdir(), 'streamworks-demo-'));
  try {
    await Promise.all(
      services.map(async (service) => {
        const started = await startDemoService(service, dataFolder).catch((error: unknown) =>
          report([String(error)], ''),
        );
        if (started !== undefined) running.set(service, started);
      }),
    );
    for (const service of services) {
      const process = running.get(service);
      if (process === undefined) continue;
      print(`\n${service.name}, on ${process.target}`);
      const own = steps[service.name] ?? [];
      if (own.length === 0) report(['has no step in scripts/src/demo-steps.ts'], '');
      for (const step of own) {
        print(`  $ ${toCommand(service.name, step)}`);
        const { lines, found } = await runStep(service, process.target, step, signal);
        for (const line of lines) print(`    ${line}`);
        if (signal.aborted) return problems;
        report(found, 'as it should be');
      }
    }
    print('\nstopping');
  } finally {
    report(await stopAll(running), 'every service ended with exit code 0');
    rmSync(dataFolder, { recursive: true });
  }
  return problems;
}

/** What a service stores, it stores in a folder that is removed: a demo finds what it expects, and leaves nothing. */
function startDemoService({ name, folder }: ServiceFolder, dataFolder: string): Promise<ServiceProcess> {
  const prefix = name.toUpperCase();
  const env = {
    [`${prefix}_PORT`]: '0',
    [`${prefix}_METRICS_PORT`]: '0',
    DATA_DIR: join(dataFolder, name),
    SHUTDOWN_GRACE: '5s',
    ...readDevSettings(folder, prefix),
  };
  return startServiceProcess(join(folder, 'dist/main.js'), env);
}

/** The service's own settings that `pnpm dev` starts it with, by the script of its package: `LAPTOP_AUTH=${LAPTOP_AUTH:-optional}`. */
function readDevSettings(folder: string, prefix: string): Record<string, string> {
  const { dev = '' } = (readPackage(folder)['scripts'] ?? {}) as Record<string, string>;
  const found = [...dev.matchAll(/([A-Z_]+)=\$\{\1:-(\S+?)\}/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  return Object.fromEntries(found.filter(([name]) => name.startsWith(`${prefix}_`)));
}

/** Runs one client script, and says what it printed and what of that is wrong. */
async function runStep(
  { folder }: ServiceFolder,
  target: string,
  { args = [], input, prints, fails }: DemoStep,
  signal: AbortSignal,
): Promise<{ lines: string[]; found: string[] }> {
  const options = input === undefined ? {} : { input: input.map((line) => `${line}\n`).join('') };
  const command = [process.execPath, join(folder, 'dist/client.js'), '--target', target, ...args] as const;
  const client = startProcess(command, options);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CLIENT_LIMIT_MS)]);
  const kill = (): void => client.kill('SIGKILL');
  limit.addEventListener('abort', kill);
  if (limit.aborted) kill();
  const { code, signal: killedBy } = await client.ended;
  limit.removeEventListener('abort', kill);
  const [printed, said] = [toLines(client.stdout), toLines(client.stderr)];
  const found = compareLines(prints, printed);
  const expectedCode = fails === undefined ? 0 : 1;
  if (code !== expectedCode) found.push(`exit code ${expectedCode} is missing: ${killedBy ?? code}`);
  if (fails === undefined && said.length > 0) found.push('nothing should be on stderr');
  if (fails !== undefined && !fails.test(client.stderr)) found.push(`stderr should be ${String(fails)}`);
  return { lines: [...printed, ...said], found };
}

async function stopAll(running: ReadonlyMap<ServiceFolder, ServiceProcess>): Promise<string[]> {
  const stops = [...running].map(async ([{ name }, process]) => {
    process.kill('SIGTERM');
    const timer = setTimeout(() => process.kill('SIGKILL'), STOP_LIMIT_MS);
    const { code, signal } = await process.ended;
    clearTimeout(timer);
    return code === 0 ? [] : [`${name} ended with ${signal ?? `exit code ${code}`}: ${process.stderr}`];
  });
  return (await Promise.all(stops)).flat();
}

/** The step as a person would type it. */
function toCommand(name: string, { args = [], input }: DemoStep): string {
  const shown = args.map((arg) => (arg.length > SHOWN_ARGUMENT ? `${arg.slice(0, SHOWN_ARGUMENT)}…` : arg));
  const command = ['pnpm client', name, ...shown.map(toShellWord)].join(' ');
  if (input === undefined) return command;
  return `printf '${input.map((line) => `${line}\\n`).join('')}' | ${command}`;
}

function toLines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
