import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '@streamworks/common';
import { until } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { followLog } from './log-tail.js';
import type { MessageStore, StoredMessage } from './message-store.js';

const log = createLogger({ service: 'test', logLevel: 'silent' });

/** A store whose messages a test puts there, with gaps between their sequences. */
function createStore() {
  const stored: StoredMessage[] = [];
  const listeners = new Set<() => void>();
  const state = { last: 0n, failures: 0, reads: 0, lastReads: 0 };
  const store: MessageStore = {
    append: () => Promise.reject(new Error('not here')),
    async *read(_topic, { after, upTo }) {
      state.reads += 1;
      if (state.failures > 0) {
        state.failures -= 1;
        throw new Error('lost');
      }
      yield* stored.filter(({ sequence }) => sequence > after && sequence <= (upTo ?? sequence));
    },
    async readLast() {
      state.lastReads += 1;
      return state.last;
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    trim: () => Promise.resolve(0),
  };
  return {
    store,
    state,
    listeners,
    add(sequence: bigint) {
      state.last = sequence;
      const message = { kind: 'room', sender: 'ann', target: 'lobby', content: 'x', messageId: '' } as const;
      stored.push({ ...message, saidAt: 1n, storedAt: 1n, sequence });
    },
    wake() {
      for (const listener of listeners) listener();
    },
  };
}

describe('the tail of the log', () => {
  it('hands on what is new, once and in order, and knows how far it is', async () => {
    const at = createStore();
    at.add(3n);
    const got: bigint[] = [];
    const tail = await followLog({ messages: at.store, log, onMessage: ({ sequence }) => got.push(sequence) });
    expect(tail.position).toBe(3n);
    for (const sequence of [4n, 9n]) at.add(sequence);
    at.wake();
    at.wake();
    await until(() => tail.position === 9n);
    at.state.last = 12n; // numbers of repeats
    await tail.catchUp(AbortSignal.timeout(5_000));
    expect([tail.position, got]).toEqual([12n, [4n, 9n]]);
    expect(tail.recentAfter(4n)?.map(({ sequence }) => sequence)).toEqual([9n]);
    expect(tail.recentAfter(2n)).toBeUndefined();
    tail.close();
    expect(at.listeners.size).toBe(0);
  });

  it('tries again where it cannot read, without being woken', async () => {
    const at = createStore();
    const got: bigint[] = [];
    const tail = await followLog({ messages: at.store, log, onMessage: ({ sequence }) => got.push(sequence) });
    await until(() => at.state.reads === 1); // the first look
    at.state.failures = 2;
    at.add(1n);
    at.wake();
    await until(() => got.length === 1);
    expect(at.state.reads).toBe(4);
    tail.close();
  });

  it('tries again at one pace, however often it is woken meanwhile', async () => {
    const at = createStore();
    const tail = await followLog({ messages: at.store, log, onMessage: () => undefined });
    await until(() => at.state.reads === 1);
    at.state.failures = Infinity;
    for (let round = 0; round < 20; round += 1) {
      at.wake();
      await delay(5);
    }
    const before = at.state.reads;
    await delay(1_000);
    expect(at.state.reads - before).toBeLessThanOrEqual(5); // each 200 ms
    tail.close();
  });

  it('looks once for all who come at once', async () => {
    const at = createStore();
    const tail = await followLog({ messages: at.store, log, onMessage: () => undefined });
    await until(() => at.state.reads === 1);
    at.state.last = 5n;
    const before = at.state.lastReads;
    await Promise.all(Array.from({ length: 1_000 }, () => tail.catchUp(AbortSignal.timeout(5_000))));
    expect(tail.position).toBe(5n);
    expect(at.state.lastReads - before).toBeLessThanOrEqual(3);
    tail.close();
  });

  it('gives up waiting with the call', async () => {
    const at = createStore();
    const tail = await followLog({ messages: at.store, log, onMessage: () => undefined });
    await until(() => at.state.reads === 1);
    at.state.failures = Infinity;
    at.add(1n);
    const call = new AbortController();
    const result = tail.catchUp(call.signal);
    await until(() => at.state.reads > 1);
    call.abort(new Error('cancelled'));
    await expect(result).rejects.toThrow('cancelled');
    await expect(tail.catchUp(call.signal)).rejects.toThrow('cancelled');
    tail.close();
  });
});
