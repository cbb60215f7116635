import { expect, it } from 'vitest';
import { findNameProblem } from './file-name.js';

it.each(['a', 'photo.jpg', '.hidden', '...', '文件.txt', 'a b', '%2e%2e%2f', 'C.txt', 'é'.repeat(64), '-rf', 'CON'])(
  'takes %j for the name of a file',
  (name) => {
    expect(findNameProblem(name)).toBeUndefined();
  },
);

it.each([
  ['', 'is missing'],
  ['.', 'has a path in it'],
  ['..', 'has a path in it'],
  ['../a', 'has a path in it'],
  ['/etc/passwd', 'has a path in it'],
  ['a/b', 'has a path in it'],
  ['a/', 'has a path in it'],
  ['..\\a', 'has a path in it'],
  ['\\\\host\\share', 'has a path in it'],
  ['C:', 'has a path in it'],
  ['c:a.txt', 'has a path in it'],
  ['a\0', 'has a control character in it'],
  ['a\nb', 'has a control character in it'],
  ['\u001b[2J', 'has a control character in it'],
  ['é'.repeat(65), 'has 130 bytes, and may have 128'],
])('says what is wrong with %j', (name, problem) => {
  expect(findNameProblem(name)).toBe(problem);
});
