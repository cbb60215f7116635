import { gate } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { createLoginLimits, type LoginLimits } from './login-limits.js';

const fail = async (): Promise<undefined> => undefined;
const succeed = async (): Promise<string> => 'in';
const from = (address: string, username = 'ann') => ({ username, peer: `${address}:1` });
const busy = { problem: 'too many logins at once', waitMs: 1_000 };

/** Logins that last until the gate is opened, of as many names. */
function hold(limits: LoginLimits, address: string, count: number) {
  const open = gate();
  const all = Array.from({ length: count }, (_, index) =>
    limits.run(from(address, `name ${index}`), async () => {
      await open;
      return 'in';
    }),
  );
  return { open: () => open.open(), all: Promise.all(all) };
}

describe('the limits of logins', () => {
  it('keep a share for each address, so that one cannot lock out the others', async () => {
    const limits = createLoginLimits({ peerLogins: 8, peerFailures: 100 });
    const held = hold(limits, '10.0.0.1', 200);
    expect(await limits.run(from('10.0.0.1'), succeed)).toEqual(busy);
    expect(await limits.run(from('10.0.0.2'), succeed)).toEqual({ result: 'in' });
    held.open();
    const outcomes = await held.all;
    expect(outcomes.filter((outcome) => 'result' in outcome)).toHaveLength(8);
    expect(await limits.run(from('10.0.0.1'), succeed)).toEqual({ result: 'in' });
  });

  it('let a hundred be under way from everywhere', async () => {
    const limits = createLoginLimits({ peerLogins: 10, peerFailures: 100 });
    const held = Array.from({ length: 10 }, (_, index) => hold(limits, `10.0.0.${index}`, 10));
    expect(await limits.run(from('10.0.1.1'), succeed)).toEqual(busy);
    for (const { open, all } of held) {
      open();
      await all;
    }
    expect(await limits.run(from('10.0.1.1'), succeed)).toEqual({ result: 'in' });
  });

  it('count a login that is broken off no longer', async () => {
    const limits = createLoginLimits({ peerLogins: 1, peerFailures: 1 });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(limits.run(from('10.0.0.1'), () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    }
    expect(await limits.run(from('10.0.0.1'), succeed)).toEqual({ result: 'in' });
  });

  it('bear so many failures of an address in a minute, whatever the names', async () => {
    const clock = { now: 0 };
    const limits = createLoginLimits({ peerLogins: 8, peerFailures: 10, now: () => clock.now });
    for (let name = 0; name < 10; name += 1) {
      expect(await limits.run(from('10.0.0.1', `name ${name}`), fail)).toEqual({ result: undefined });
    }
    const waits = { problem: 'too many wrong passwords from this address', waitMs: 60_000 };
    expect(await limits.run(from('10.0.0.1', 'ann'), succeed)).toEqual(waits);
    expect(await limits.run(from('10.0.0.2', 'ann'), succeed)).toEqual({ result: 'in' });
    clock.now += 60_000;
    expect(await limits.run(from('10.0.0.1', 'ann'), succeed)).toEqual({ result: 'in' });
  });

  it('do not count what they hold back for a name as a failure of its address', async () => {
    const limits = createLoginLimits({ peerLogins: 8, peerFailures: 10, now: () => 0 });
    for (let failure = 0; failure < 5; failure += 1) await limits.run(from('10.0.0.1'), fail);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      expect(await limits.run(from('10.0.0.1'), succeed)).toEqual({
        problem: 'too many wrong passwords',
        waitMs: 60_000,
      });
    }
    expect(await limits.run(from('10.0.0.1', 'bob'), succeed)).toEqual({ result: 'in' });
  });

  it.each([
    ['2001:db8::1', '2001:db8::ffff:0:0:1'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::'],
    ['2001:0:0:1::1', '2001::1:2:3:4:5'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
  ])('take all of an IPv6 network for one: %s and %s', async (one, other) => {
    const limits = createLoginLimits({ peerLogins: 8, peerFailures: 1, now: () => 0 });
    await limits.run(from(one), fail);
    expect(await limits.run(from(other, 'bob'), succeed)).toHaveProperty('waitMs');
  });

  it.each([
    ['2001:db8::1', '2001:db8:0:1::1'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.2'],
  ])('tell IPv6 networks from one another: %s and %s', async (one, other) => {
    const limits = createLoginLimits({ peerLogins: 8, peerFailures: 1, now: () => 0 });
    await limits.run(from(one), fail);
    expect(await limits.run(from(other, 'bob'), succeed)).toEqual({ result: 'in' });
  });
});
