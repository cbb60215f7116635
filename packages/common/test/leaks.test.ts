import { expect, it } from 'vitest';
import { judgeLeaks } from '../torture/leaks.js';
import { aborts } from '../torture/leaks/leak-plan.js';

// Ten thousand calls of each kind go straight to HTTP/2; `pnpm torture` does more of them, either way.
it.each([
  { directHttp2: true, count: 10_000 / aborts.length },
  { directHttp2: false, count: 200 },
])('calls that are broken off leave nothing: %j', { timeout: 400_000 }, async (plan) => {
  const rows = await judgeLeaks(plan);
  expect(rows.filter(({ fault }) => fault !== undefined)).toEqual([]);
  expect(rows).toHaveLength(4 * aborts.length + 4 + 2);
});
