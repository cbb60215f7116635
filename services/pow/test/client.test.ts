import { fileURLToPath } from 'node:url';
import { defineService } from '@streamworks/common';
import { runProcess, startService, startServiceProcess, type ServiceProcess } from '@streamworks/common/testing';
import { ServerStream } from '@streamworks/proto/stream/pow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const script = fileURLToPath(new URL('../dist/client.js', import.meta.url));
const run = (...args: string[]) => runProcess([process.execPath, script, ...args]);

let service: ServiceProcess;
beforeAll(async () => {
  service = await startServiceProcess(main, { POW_PORT: '0', POW_METRICS_PORT: 'off' });
});
afterAll(() => service[Symbol.asyncDispose]());

describe('the client script', { timeout: 30_000 }, () => {
  it.each([
    [[], [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]],
    [['-3'], [1, -3, 9, -27, 81, -243, 729, -2187, 6561, -19683]],
  ])('with %j prints the powers, then that the server closed', async (args, powers) => {
    expect(await run(...args, '--target', service.target)).toMatchObject({
      code: 0,
      stdout: [...powers, 'server closed', ''].join('\n'),
      stderr: '',
    });
  });

  it('prints the powers that fit, and ends with 1', async () => {
    expect(await run('-9223372036854775808', '--target', service.target)).toMatchObject({
      code: 1,
      stdout: '1\n-9223372036854775808\n',
      stderr:
        'pow: OUT_OF_RANGE: number: 85070591730234615865843651857942052864 is not between ' +
        '-9223372036854775808 and 9223372036854775807\n',
    });
  });

  it('ends with 2 for a number that does not fit', async () => {
    expect(await run('9223372036854775808')).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'pow: "9223372036854775808" is not between -9223372036854775808 and 9223372036854775807\n' +
        'Try: pnpm client pow --help\n',
    });
  });

  it('wonders about its target where that is another service', async () => {
    await using other = await startService([]);
    expect(await run('--target', other.target)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^pow: UNIMPLEMENTED: [^\n]+\nIs this another service\? [^\n]+localhost:8082\.\n$/),
    });
  });

  it('ends with 1 for powers that are not right', async () => {
    await using liar = await startService([
      defineService(ServerStream, {
        async *pow() {
          yield { number: 1n };
          yield { number: 3n };
        },
      }),
    ]);
    expect(await run('2', '--target', liar.target)).toMatchObject({
      code: 1,
      stdout: '1\n3\nserver closed\n',
      stderr: 'pow: these are not the powers 0 to 9 of 2\n',
    });
  });
});
