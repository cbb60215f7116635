import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess, type ServiceProcess } from '@streamworks/common/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolder, startRouteguide } from './torture/start-routeguide.js';

const script = fileURLToPath(new URL('../dist/client.js', import.meta.url));

let folder: Awaited<ReturnType<typeof createFolder>>;
let service: ServiceProcess;
beforeAll(async () => {
  folder = await createFolder();
  service = await startRouteguide(join(folder.path, 'missing'));
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});
const run = (...args: string[]) => runProcess([process.execPath, script, ...args, '--target', service.target]);
const toLines = (stdout: string) => stdout.trimEnd().split('\n');

describe('the client script', { timeout: 30_000 }, () => {
  it('does what the tutorial does, each part by itself and all of it', async () => {
    const feature = await run('feature');
    expect(feature).toMatchObject({ code: 0, stderr: '' });
    expect(toLines(feature.stdout)).toEqual([
      'Getting feature for point (409146138, -746188906)',
      'name:"Berkshire Valley, New Jersey" location:{latitude:409146138 longitude:-746188906}',
      'Getting feature for point (0, 0)',
      'location:{}',
    ]);
    const list = toLines((await run('list')).stdout);
    expect(list[0]).toBe(
      'Looking for features within lo:{latitude:400000000 longitude:-750000000} hi:{latitude:420000000 longitude:-730000000}',
    );
    expect(list).toContain('Feature: name: "Statue of Liberty", point:(406892000, -740445000)');
    const record = toLines((await run('record', '--seed', '7')).stdout);
    expect(record[0]).toMatch(/^Traversing \d+ points\.$/);
    expect(record[1]).toMatch(/^Route summary: point_count:\d+ distance:\d+( elapsed_time:\d+)?$/);
    expect(toLines((await run('record', '--seed', '7')).stdout)).toEqual(record);
    expect(toLines((await run('record', '--seed', '8')).stdout)).not.toEqual(record);

    const ordinals = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth'];
    const got = (index: number) => `Got message ${ordinals[index]} message at point(0, ${(index % 3) + 1})`;
    const chat = await run('chat');
    expect(toLines(chat.stdout)).toEqual([0, 1, 2, 0, 3, 1, 4, 2, 5].map(got));
    const all = await run('all', '--seed', '7');
    expect(all).toMatchObject({ code: 0, stderr: '' });
    const again = [0, 3, 0, 1, 4, 1, 2, 5, 2, 0, 3, 0, 3, 1, 4, 1, 4, 2, 5, 2, 5].map(got);
    expect(toLines(all.stdout)).toEqual([...toLines(feature.stdout), ...list, ...record, ...again]);
  });

  it('takes places and notes of its own', async () => {
    const { stdout } = await run('feature', '-900000000', '0');
    expect(stdout).toContain('name:"Amundsen–Scott South Pole Station" location:{latitude:-900000000}\n');
    expect(toLines((await run('list', '-1', '-1', '1', '1')).stdout)).toHaveLength(1);
    expect((await run('record', '--points', '0')).stdout).toBe('Traversing 0 points.\nRoute summary: \n');
    const walk = await run('record', '--seed', '1', '--points', '1000');
    expect(walk).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Route summary: point_count:1000 /m) });
    const expected = ['a', 'a', 'b'].map((text) => `Got message ${text} at point(-5, 0)\n`).join('');
    expect((await run('chat', '-5', '0', 'a', 'b')).stdout).toBe(expected);
  });

  it.each([
    [['nothing'], '"nothing" is none of feature, list, record, chat, all'],
    [['feature', '1'], 'a latitude and a longitude are missing'],
    [['feature', '1', '2', '3'], 'unexpected argument "3"'],
    [['feature', '900000001', '0'], 'latitude: 900000001 is not between -900000000 and 900000000'],
    [['feature', 'x', '0'], '"x" is no integer'],
    [['list', '1', '2', '3'], 'a latitude and a longitude are missing'],
    [['record', '1'], 'unexpected argument "1"'],
    [['record', '--points', '-1'], '--points -1 is not between 0 and 1000000'],
    [['record', '--seed', 'x'], '"x" is no integer'],
    [['feature', '--seed', '4', '--points', '3'], 'feature has no random route for --seed and --points'],
    [['chat', '0', '0'], 'a message is missing'],
    [['all', 'x'], 'unexpected argument "x"'],
  ])('ends with 2 for %j', async (args, problem) => {
    const stderr = `routeguide: ${problem}\nTry: pnpm client routeguide --help\n`;
    expect(await run(...args)).toMatchObject({ code: 2, stdout: '', stderr });
  });

  it('ends with 1 for a note that is refused, and says why', async () => {
    const { code, stderr } = await run('chat', '0', '9', 'x'.repeat(4097));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'routeguide: INVALID_ARGUMENT: message: has 4097 bytes, and may have 4096\n',
    });
  });

  it('says with --help what it takes', async () => {
    const { code, stdout } = await runProcess([process.execPath, script, '--help']);
    expect(code).toBe(0);
    for (const text of ['feature', 'list', 'record', 'chat', '--seed', '--points', '--target']) {
      expect(stdout).toContain(text);
    }
  });
});
