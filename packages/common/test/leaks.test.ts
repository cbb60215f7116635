import { expect, it } from 'vitest';
import { findLeaks } from '../torture/leaks/find-leaks.js';
import { leakRows } from '../torture/leaks/leak-plan.js';

/** How many of each kind and each way to break a call off; `pnpm torture` does ten thousand. */
const COUNT = 200;

const KIB = 1024;

it.each([true, false])(
  'calls that are broken off leave nothing, straight to HTTP/2 %s',
  { timeout: 120_000 },
  async (directHttp2) => {
    const reports = await findLeaks({ directHttp2, count: COUNT, rows: leakRows });
    expect(reports).toHaveLength(leakRows.length);
    for (const { before, after, ...call } of reports) {
      const { heapBytes, ...held } = after;
      // Of a call that were kept whole, 200 would be more than this.
      expect({ ...call, isGrown: heapBytes - before.heapBytes > 700 * KIB, ...held }).toEqual({
        ...call,
        isGrown: false,
        timers: before.timers,
        sockets: before.sockets,
        listeners: before.listeners,
        warnings: 0,
      });
    }
    // Over all of them: growth that is noise in one row would add up.
    const [first, last] = [reports[0], reports.at(-1)];
    expect((last?.after.heapBytes ?? 0) - (first?.before.heapBytes ?? 0)).toBeLessThan(3_000 * KIB);
  },
);
