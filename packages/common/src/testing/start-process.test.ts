import { expect, it } from 'vitest';
import { runProcess, startProcess } from './start-process.js';
import { until } from './streams.js';

/** Node with a program in a string. */
const node = (program: string): [string, ...string[]] => [process.execPath, '-e', program];

it('gives what a process writes, and how it ends', async () => {
  const program = node(`console.log('out'); console.error('err'); process.exitCode = 3`);
  expect(await runProcess(program)).toEqual({ code: 3, signal: null, stdout: 'out\n', stderr: 'err\n' });
});

it('gives a process only the environment that it is told', async () => {
  const { stdout } = await runProcess(node('console.log(Object.keys(process.env).join())'), { env: { A: '1' } });
  expect(stdout.trim().split(',')).toEqual(expect.arrayContaining(['A', 'PATH']));
  expect(stdout).not.toContain('VITEST');
});

it('pipes the input to stdin and ends it', async () => {
  const program = node('process.stdin.pipe(process.stdout)');
  expect(await runProcess(program, { input: ['a', 'b'] })).toMatchObject({ code: 0, stdout: 'ab' });
  expect(await runProcess(program, { input: '' })).toMatchObject({ code: 0, stdout: '' });
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

it('leaves the scope of a program that is not there without another error', async () => {
  const scope = async (): Promise<void> => {
    await using child = startProcess(['/no/such/program']);
    await expect(child.ended).rejects.toThrow('ENOENT');
  };
  await expect(scope()).resolves.toBeUndefined();
});
