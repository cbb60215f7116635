import { fileURLToPath } from 'node:url';
import { defineService } from '@streamworks/common';
import {
  gate,
  runProcess,
  startProcess,
  startService,
  startServiceProcess,
  until,
  type ServiceProcess,
} from '@streamworks/common/testing';
import { ClientStream } from '@streamworks/proto/stream/sum';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const script = fileURLToPath(new URL('../dist/client.js', import.meta.url));

let service: ServiceProcess;
beforeAll(async () => {
  service = await startServiceProcess(main, { SUM_PORT: '0', SUM_METRICS_PORT: '0' });
});
afterAll(() => service[Symbol.asyncDispose]());

const run = (...args: string[]) => runProcess([process.execPath, script, '--target', service.target, ...args]);
const pipe = (input: string) => runProcess([process.execPath, script, '--target', service.target], { input });
const lastCall = () => service.logs.findLast(({ msg }) => msg === 'call');

describe('the client script', { timeout: 30_000 }, () => {
  it.each([
    [['1', '-2', '3'], 'sum: 2\n'],
    [['9223372036854775807', '-9223372036854775808'], 'sum: -1\n'],
  ])('with %j prints the sum', async (args, stdout) => {
    expect(await run(...args)).toMatchObject({ code: 0, stdout, stderr: '' });
  });

  it.each([
    ['nothing', '', 'sum: 0\n'],
    [
      'blank lines, blanks, the line ends of Windows, a last line without one',
      '\r\n\n 1\r\n\t\n2 \r\n+39',
      'sum: 42\n',
    ],
  ])('adds up what is piped in: %s', async (_case, input, stdout) => {
    expect(await pipe(input)).toMatchObject({ code: 0, stdout, stderr: '' });
  });

  it('takes the numbers of a shell pipe and of a file', async () => {
    const client = `"${process.execPath}" "${script}" --target ${service.target}`;
    const line = `printf '1\\n2\\n' | ${client}; ${client} < /dev/null; ${client} < "$0"`;
    expect(await runProcess(['sh', '-c', line, fileURLToPath(new URL('numbers.txt', import.meta.url))])).toMatchObject({
      code: 0,
      stdout: 'sum: 3\nsum: 45\nsum: 6\n',
      stderr: '',
    });
  });

  it('names the line that is no number', async () => {
    expect(await pipe('1\n\n2\nthree\n4\n')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'sum: line 4: "three" is no integer\nTry: pnpm client sum --help\n',
    });
  });

  it('cancels the call at a bad line far behind, though nobody ends the pipe', async () => {
    const never = gate();
    async function* input(): AsyncGenerator<string> {
      yield '1\n'.repeat(50_000);
      yield 'x\n';
      await never;
    }
    const child = startProcess([process.execPath, script, '--target', service.target], { input: input() });
    expect(await child.ended).toEqual({ code: 2, signal: null });
    expect(child.stderr).toMatch(/^sum: line 50001: "x" is no integer\n/);
    never.open();
    await until(() => lastCall()?.['code'] === 'CANCELLED');
    expect(lastCall()).toMatchObject({ sent: 0 });
  });

  it('ends with 2 for an argument that is no number, without a call', async () => {
    const calls = service.logs.length;
    expect(await run('1', 'two')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^sum: "two" is no integer\n/),
    });
    expect(service.logs).toHaveLength(calls);
  });

  it('ends with 1 for a sum that does not fit', async () => {
    expect(await run('9223372036854775807', '1')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'sum: OUT_OF_RANGE: sum: 9223372036854775808 does not fit in int64\n',
    });
  });

  it('ends with 1 for a sum that is not right', async () => {
    await using liar = await startService([
      defineService(ClientStream, {
        async sum(requests) {
          for await (const _ of requests);
          return { sum: 7n };
        },
      }),
    ]);
    const result = await runProcess([process.execPath, script, '--target', liar.target]);
    expect(result).toMatchObject({ code: 1, stdout: 'sum: 7\n', stderr: 'sum: the right sum is 45\n' });
  });

  it('cancels the call at Ctrl-C, and ends with 130 though nobody ends the pipe', async () => {
    const never = gate();
    async function* input(): AsyncGenerator<string> {
      yield '1\n2\n3\n';
      await never;
    }
    await using child = startProcess([process.execPath, script, '--target', service.target], { input: input() });
    await until(async () => (await service.countOpenCalls('Sum')) === 1);
    child.kill('SIGINT');
    expect(await child.ended).toEqual({ code: 130, signal: null });
    expect(child.stdout + child.stderr).toBe('');
    await until(() => lastCall()?.['received'] === 3);
    expect(lastCall()).toMatchObject({ code: 'CANCELLED', sent: 0 });
    never.open();
  });

  it('does not hold what it sends: 300 000 numbers fit through a heap of 32 MiB', async () => {
    function* input(): Generator<string> {
      for (let block = 0; block < 300; block += 1) yield '1234567890123\n'.repeat(1_000);
    }
    // `resourceUsage` would do, but begins with what the parent process had when it forked.
    const measure = `let peak = 0; const look = () => { peak = Math.max(peak, process.memoryUsage.rss()); };
      setInterval(look, 10).unref(); process.on('exit', () => { look(); process.stderr.write(String(peak)); });`;
    const { code, stdout, stderr } = await runProcess(
      [
        process.execPath,
        // A client that kept the numbers would need more than that.
        '--max-old-space-size=32',
        '--import',
        `data:text/javascript,${encodeURIComponent(measure)}`,
        script,
        '--target',
        service.target,
      ],
      { input: input() },
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'sum: 370370367036900000\n' });
    expect(Number(stderr) / 2 ** 20).toBeLessThan(256); // what Node itself takes differs from version to version
  });
});
