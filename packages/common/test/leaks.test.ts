import { expect, it } from 'vitest';
import { judgeLeaks } from '../torture/leaks.js';
import { leakRows } from '../torture/leaks/leak-plan.js';

// 2000 in each of five ways: ten thousand calls of each kind. `pnpm torture` does more of them, either way.
it.each([
  { directHttp2: true, count: 2_000 },
  { directHttp2: false, count: 200 },
])('calls that are broken off leave nothing: %j', { timeout: 400_000 }, async (plan) => {
  const rows = await judgeLeaks({ ...plan, rows: leakRows });
  expect(rows.filter(({ fault }) => fault !== undefined)).toEqual([]);
  expect(rows).toHaveLength(leakRows.length + 1);
});
