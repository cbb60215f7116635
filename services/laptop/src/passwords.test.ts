import { describe, expect, it } from 'vitest';
import { createPasswords } from './passwords.js';

const passwords = createPasswords();

describe('the passwords', { timeout: 30_000 }, () => {
  it('are right where they are the same, to the last character', async () => {
    const hash = await passwords.hash('secret');
    expect(await passwords.isRight('secret', hash)).toBe(true);
    for (const wrong of ['', 'Secret', 'secret ', 'secre']) expect(await passwords.isRight(wrong, hash)).toBe(false);
  });

  it('may be empty, long, or in any script', async () => {
    for (const password of ['', 'é💥\0', 'x'.repeat(1024)]) {
      expect(await passwords.isRight(password, await passwords.hash(password))).toBe(true);
    }
  });

  it('have a salt of their own, and say with what they were hashed', async () => {
    const hashes = [await passwords.hash('secret'), await passwords.hash('secret')];
    expect(hashes[0]).not.toBe(hashes[1]);
    for (const hash of hashes) {
      expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
      expect(hash).not.toContain('secret');
    }
  });

  it('are checked with the cost of their hash', async () => {
    // RFC 7914, section 12: the password, and the first 32 of the 64 bytes, which scrypt gives for 32, too.
    const key = Buffer.from('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162', 'hex');
    const hash = `$scrypt$ln=10,r=8,p=16$${Buffer.from('NaCl').toString('base64')}$${key.toString('base64')}`;
    const bare = hash.replaceAll(/=+(?=\$|$)/g, '');
    expect(await passwords.isRight('password', bare)).toBe(true);
    expect(await passwords.isRight('passwort', bare)).toBe(false);
  });

  it('are never right where there is no hash', async () => {
    for (const password of ['', 'secret']) expect(await passwords.isRight(password, undefined)).toBe(false);
  });

  it('of nobody take as long to check as those of somebody', async () => {
    const hash = await passwords.hash('secret');
    const time = async (of: string | undefined) => {
      const start = performance.now();
      await passwords.isRight('wrong', of);
      return performance.now() - start;
    };
    const times: { somebody: number[]; nobody: number[] } = { somebody: [], nobody: [] };
    for (let round = 0; round < 7; round += 1) {
      times.somebody.push(await time(hash));
      times.nobody.push(await time(undefined));
    }
    // The quickest of each: other work can only make one slower.
    const ratio = Math.min(...times.nobody) / Math.min(...times.somebody);
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.4);
  });

  it('are worked on two at a time', async () => {
    const own = createPasswords();
    const abort = new AbortController();
    const all = Array.from({ length: 5 }, () => own.isRight('wrong', undefined, abort.signal));
    await new Promise(setImmediate); // those whose turn it is have begun
    abort.abort(new Error('gone'));
    const outcomes = await Promise.allSettled(all);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ]);
  });

  it('that are stored as anything else are a fault', async () => {
    await expect(passwords.isRight('secret', 'secret')).rejects.toThrow('a stored password is no hash of scrypt');
  });

  it('are not looked at for a caller who has gone', async () => {
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(passwords.isRight('secret', undefined, gone)).rejects.toThrow('gone');
  });
});
