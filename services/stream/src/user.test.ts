import { describe, expect, it } from 'vitest';
import { findUserProblem, quote, toEmailKey } from './user.js';

const find = (email: string, { id = 0, name = 'Ann' } = {}) => findUserProblem({ id, name, email });

describe('findUserProblem', () => {
  it.each([
    'ann@example.com',
    'a@b',
    'first.last+tag@sub.example.co',
    'üser@bücher.example',
    '用户@例子.广告',
    `${'a'.repeat(64)}@${'b'.repeat(189)}`,
  ])('finds nothing wrong with %s', (email) => {
    expect(find(email)).toBeUndefined();
  });

  it.each([
    '',
    'ann',
    '@example.com',
    'ann@',
    'ann@@example.com',
    'ann@b@example.com',
    'a nn@example.com',
    'ann@example..com',
    'ann@.example.com',
    'ann@example.com.',
    'ann@exa mple.com',
    'ann@example.com\n',
    'an\u0007n@example.com',
    '"ann"@example.com',
    `${'a'.repeat(65)}@example.com`,
    `${'a'.repeat(64)}@${'b'.repeat(190)}`,
  ])('finds that %j is no email address', (email) => {
    expect(find(email)).toMatch(/^email: ".*" is no email address$/);
  });

  it('finds what cannot be stored', () => {
    expect(find('ann@exam\0ple.com')).toBe('email: may not have U+0000');
    expect(find('ann@example.com', { name: 'A\0n' })).toBe('name: may not have U+0000');
    expect(find('ann@example.com', { name: 'é'.repeat(65) })).toBe('name: has 130 bytes, and may have 128');
    expect(find('ann@example.com', { name: 'é'.repeat(64) })).toBeUndefined();
    expect(find('ann@example.com', { id: -1 })).toBe('id: -1 is negative');
    expect(find('ann@example.com', { id: 2 ** 31 - 1, name: '' })).toBeUndefined();
  });

  it('takes no longer for a hostile address', () => {
    const start = performance.now();
    expect(find(`a@${'a.'.repeat(100)}@`)).toBeDefined();
    expect(find(`a@${'.'.repeat(1_000_000)}`)).toBeDefined();
    expect(performance.now() - start).toBeLessThan(200);
  });
});

it('shows the beginning of a long text, and no control characters', () => {
  expect(quote(`\u001b${'x'.repeat(99)}`)).toBe(`"\\u001b${'x'.repeat(63)}…"`);
  expect(quote(`${'x'.repeat(63)}😀`)).toBe(`"${'x'.repeat(63)}\ufffd…"`);
});

it('takes addresses for one that differ in their case, or in how their letters are put together', () => {
  expect(toEmailKey('Ann@Example.COM')).toBe(toEmailKey('ann@example.com'));
  expect(toEmailKey('U\u0308ser@x')).toBe(toEmailKey('üser@x'));
  expect(toEmailKey('ΟΔΟΣ@x')).toBe(toEmailKey('οδοσ@x'));
  expect(toEmailKey('ann@example.com')).not.toBe(toEmailKey('anne@example.com'));
});
