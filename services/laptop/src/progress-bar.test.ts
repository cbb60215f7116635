import { expect, it } from 'vitest';
import { toProgressBar } from './progress-bar.js';

it.each([
  [0, 2 ** 20, '[>                             ]   0 % 0.0 of 1.0 MiB'],
  [2 ** 19, 2 ** 20, '[===============>              ]  50 % 0.5 of 1.0 MiB'],
  [2 ** 20 - 1, 2 ** 20, '[==============================]  99 % 1.0 of 1.0 MiB'],
  [2 ** 20, 2 ** 20, '[==============================] 100 % 1.0 of 1.0 MiB'],
  [0, 0, '[==============================] 100 % 0.0 of 0.0 MiB'],
])('shows %d of %d bytes', (done, all, bar) => {
  expect(toProgressBar(done, all)).toBe(bar);
});
