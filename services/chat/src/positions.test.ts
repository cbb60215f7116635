import { createLogger } from '@streamworks/common';
import { gate, until } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import type { Position, PositionStore } from './position-store.js';
import { createPositions } from './positions.js';

const log = createLogger({ service: 'test', logLevel: 'silent' });

function createStore() {
  const saved: (readonly Position[])[] = [];
  const state = { failures: 0 };
  const store: PositionStore = {
    read: async (reader, door) =>
      saved
        .flat()
        .filter((one) => one.reader === reader && one.door === door)
        .at(-1)?.sequence,
    async save(positions) {
      if (state.failures > 0) {
        state.failures -= 1;
        throw new Error('lost');
      }
      saved.push(positions);
    },
  };
  return { store, saved, state };
}

describe('positions', () => {
  it('are known at once, and stored together a moment later', async () => {
    const { store, saved } = createStore();
    const positions = createPositions(store, log);
    expect(await positions.read('ann', 'chat')).toBeUndefined();
    for (const sequence of [1n, 3n, 2n]) positions.advance('ann', 'chat', sequence);
    positions.advance('bob', 'receive', 1n);
    expect(await positions.read('ann', 'chat')).toBe(3n);
    await until(() => saved.length === 1);
    expect(saved[0]).toEqual([
      { reader: 'ann', door: 'chat', sequence: 3n },
      { reader: 'bob', door: 'receive', sequence: 1n },
    ]);
    expect(await positions.read('ann', 'chat')).toBe(3n);
    await positions.close();
    expect(saved).toHaveLength(1);
  });

  it('are stored at the end, and again after a failure', async () => {
    const { store, saved, state } = createStore();
    const positions = createPositions(store, log);
    state.failures = 1;
    positions.advance('ann', 'chat', 7n);
    await until(() => state.failures === 0);
    expect(await positions.read('ann', 'chat')).toBe(7n);
    await positions.close();
    expect(saved.flat()).toEqual([{ reader: 'ann', door: 'chat', sequence: 7n }]);
  });

  it('are not tried again at the end where the database has not answered at the end', async () => {
    const silence = gate();
    let tries = 0;
    const positions = createPositions(
      {
        read: async () => undefined,
        async save() {
          tries += 1;
          await silence;
          throw new Error('no answer');
        },
      },
      log,
    );
    positions.advance('ann', 'chat', 7n);
    await until(() => tries === 1);
    const closed = positions.close();
    silence.open();
    await closed;
    expect(tries).toBe(1);
  });
});
