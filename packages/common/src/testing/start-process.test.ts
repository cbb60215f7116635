import { expect, it } from 'vitest';
import { startProcess } from './start-process.js';
import { until } from './streams.js';

/** Node with a program in a string. */
const node = (program: string): [string, ...string[]] => [process.execPath, '-e', program];

it('gives what a process writes, and how it ends', async () => {
  await using child = startProcess(node(`console.log('out'); console.error('err'); process.exitCode = 3`));
  expect(await child.ended).toEqual({ code: 3, signal: null });
  expect(child.stdout).toBe('out\n');
  expect(child.stderr).toBe('err\n');
});

it('gives a process only the environment that it is told', async () => {
  await using child = startProcess(node('console.log(Object.keys(process.env).sort().join())'), { env: { A: '1' } });
  await child.ended;
  expect(child.stdout.trim().split(',')).toEqual(expect.arrayContaining(['A', 'PATH']));
  expect(child.stdout).not.toContain('VITEST');
});

it('pipes the input to stdin and ends it', async () => {
  await using child = startProcess(node('process.stdin.pipe(process.stdout)'), { input: ['a', 'b'] });
  expect(await child.ended).toEqual({ code: 0, signal: null });
  expect(child.stdout).toBe('ab');
});

it('sends signals', async () => {
  await using child = startProcess(
    node(`process.once('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000);
    console.log('ready')`),
  );
  await until(() => child.stdout.includes('ready'));
  child.kill('SIGTERM');
  expect(await child.ended).toEqual({ code: 7, signal: null });
});

it('leaves no process behind', async () => {
  let ended: Promise<unknown>;
  {
    await using child = startProcess(node('setInterval(() => {}, 1000)'));
    ended = child.ended;
  }
  expect(await ended).toEqual({ code: null, signal: 'SIGKILL' });
});

it('rejects where the program is not there', async () => {
  const child = startProcess(['/no/such/program']);
  await expect(child.ended).rejects.toThrow('ENOENT');
});
