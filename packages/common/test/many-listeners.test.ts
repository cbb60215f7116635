import { expect, it } from 'vitest';
import { createClient } from '../src/index.js';
import { gate, startService, until } from '../src/testing/index.js';
import { FourKinds } from './support/four-kinds.js';
import { createFourKinds } from './support/pairs.js';

it('one signal may stand for many calls, and many calls may wait for the drain: Node warns of no leak', async () => {
  const warnings: Error[] = [];
  process.on('warning', (warning) => warnings.push(warning));
  const allStarted = gate();
  let started = 0;
  await using server = await startService([
    createFourKinds({
      async unary(note, { signal, draining }) {
        for (const awaited of [draining, ...Array.from({ length: 20 }, () => signal)]) {
          awaited.addEventListener('abort', () => undefined);
        }
        started += 1;
        if (started === 20) allStarted.open();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return note;
      },
    }),
  ]);
  const client = createClient(FourKinds, server.target);
  const abort = new AbortController();
  const calls = Array.from({ length: 20 }, () => client.unary({ text: 'a' }, { signal: abort.signal }));
  await allStarted;
  abort.abort();
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
  await until(() => server.logs.filter(({ code }) => code === 'CANCELLED').length === 20);
  expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
  client.$close();
});
