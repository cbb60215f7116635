import { gate } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { createLoginAttempts } from './login-attempts.js';

const fail = async (): Promise<undefined> => undefined;
const succeed = async (): Promise<string> => 'in';

function create() {
  const clock = { now: 1_000 };
  return { clock, attempts: createLoginAttempts({ now: () => clock.now }) };
}

describe('the attempts', () => {
  it('may fail five times in a minute, and then have to wait until the first is a minute old', async () => {
    const { clock, attempts } = create();
    for (let failure = 0; failure < 5; failure += 1) {
      expect(await attempts.run('ann', fail)).toEqual({ result: undefined });
      clock.now += 1_000;
    }
    expect(await attempts.run('ann', succeed)).toEqual({ waitMs: 55_000 });
    clock.now += 54_999;
    expect(await attempts.run('ann', succeed)).toEqual({ waitMs: 1 });
    clock.now += 1;
    expect(await attempts.run('ann', fail)).toEqual({ result: undefined });
    expect(await attempts.run('ann', succeed)).toEqual({ waitMs: 1_000 }); // four of the first five, and that one
  });

  it('of one key say nothing about another', async () => {
    const { attempts } = create();
    for (let failure = 0; failure < 5; failure += 1) await attempts.run('ann', fail);
    expect(await attempts.run('bob', succeed)).toEqual({ result: 'in' });
  });

  it('that succeed are as many as they like', async () => {
    const { attempts } = create();
    const all = await Promise.all(Array.from({ length: 50 }, () => attempts.run('ann', succeed)));
    expect(all).toEqual(Array.from({ length: 50 }, () => ({ result: 'in' })));
  });

  it('of many at once are made as long as all of those could fail', async () => {
    const { attempts } = create();
    const open = gate();
    let made = 0;
    const attempt = async (): Promise<undefined> => {
      made += 1;
      await open;
      return undefined;
    };
    const all = Array.from({ length: 100 }, () => attempts.run('ann', attempt));
    await Promise.race([all.at(-1), new Promise(setImmediate)]);
    expect(made).toBe(5);
    open.open();
    const results = await Promise.all(all);
    expect(made).toBe(5);
    expect(results.filter((result) => 'waitMs' in result)).toHaveLength(95);
  });

  it('that are broken off count for nothing', async () => {
    const { attempts } = create();
    const broken = () => Promise.reject(new Error('no database'));
    for (let failure = 0; failure < 9; failure += 1) {
      await expect(attempts.run('ann', broken)).rejects.toThrow('no database');
    }
    expect(await attempts.run('ann', succeed)).toEqual({ result: 'in' });
  });

  it('are remembered of so many keys', async () => {
    const attempts = createLoginAttempts({ maxKeys: 2, mostFailures: 1 });
    for (const key of ['ann', 'bob']) await attempts.run(key, fail);
    expect(await attempts.run('ann', succeed)).toHaveProperty('waitMs');
    await attempts.run('eve', fail);
    expect(await attempts.run('bob', succeed)).toEqual({ result: 'in' });
  });

  it('that succeed, or are broken off, take no place of those that failed', async () => {
    const attempts = createLoginAttempts({ maxKeys: 2, mostFailures: 1 });
    for (const key of ['ann', 'bob']) await attempts.run(key, fail);
    for (let other = 0; other < 10; other += 1) {
      await attempts.run(`in ${other}`, succeed);
      const broken = attempts.run(`out ${other}`, () => Promise.reject(new Error('no database')));
      await expect(broken).rejects.toThrow('no database');
    }
    for (const key of ['ann', 'bob']) expect(await attempts.run(key, succeed)).toHaveProperty('waitMs');
  });

  it('that are being made are counted, whatever becomes of other keys', async () => {
    const attempts = createLoginAttempts({ maxKeys: 1, mostFailures: 2 });
    const open = gate();
    let made = 0;
    const attempt = async (): Promise<undefined> => {
      made += 1;
      await open;
      return undefined;
    };
    const first = [attempts.run('ann', attempt), attempts.run('ann', attempt)];
    for (const key of ['bob', 'eve']) await attempts.run(key, fail);
    const third = attempts.run('ann', attempt);
    await new Promise(setImmediate);
    expect(made).toBe(2);
    open.open();
    expect(await Promise.all(first)).toEqual([{ result: undefined }, { result: undefined }]);
    expect(await third).toHaveProperty('waitMs');
  });
});
