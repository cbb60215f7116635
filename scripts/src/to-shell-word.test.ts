import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { toShellWord } from './to-shell-word.js';

describe('toShellWord', () => {
  it('leaves plain words as they are', () => {
    expect(['pow', '-2', '--interval', '50ms', 'localhost:8082'].map(toShellWord).join(' ')).toBe(
      'pow -2 --interval 50ms localhost:8082',
    );
  });

  it('writes any word so that a shell reads it back', () => {
    const words = ['', 'two words', "it's", '$HOME', '`x`', '*', 'a\nb', '\\'];
    const output = execFileSync('sh', ['-c', `printf '%s\\0' ${words.map(toShellWord).join(' ')}`], {
      encoding: 'utf8',
    });
    expect(output.split('\0').slice(0, -1)).toEqual(words);
  });
});
