import { createClient } from '@streamworks/common';
import { AuthService } from '@streamworks/proto/techschool/pcbook/auth_service';
import { expect, it } from 'vitest';
import { useCatalogue } from './use-catalogue.js';

const PAIRS = 15;
const start = useCatalogue();

it(
  'a login takes as long for a name that nobody has as for one with a wrong password',
  { timeout: 60_000 },
  async () => {
    await using catalogue = await start();
    const client = createClient(AuthService, catalogue.server.target);
    const times = { known: [] as number[], unknown: [] as number[] };
    const time = async (kind: keyof typeof times, pair: number) => {
      const begun = performance.now();
      await expect(client.login({ username: `${kind} ${pair}`, password: 'wrong' })).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
        statusMessage: 'the name or the password is wrong',
      });
      times[kind].push(performance.now() - begun);
    };
    for (let pair = 0; pair < PAIRS; pair += 1) {
      await catalogue.addUser(`known ${pair}`, 'user');
      // In turns: what else the machine does is the same for both.
      for (const kind of pair % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)) {
        await time(kind, pair);
      }
    }
    client.$close();
    const ratio = toMedian(times.unknown) / toMedian(times.known);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  },
);

function toMedian(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
