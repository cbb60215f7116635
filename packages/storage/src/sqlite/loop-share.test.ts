import { describe, expect, it } from 'vitest';
import { createLoopShare } from './loop-share.js';

function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('a share of the event loop', () => {
  it('runs no more statements in one turn than its time allows, however many wait', async () => {
    const share = createLoopShare();
    const turns: number[] = [];
    let turn = 0;
    let done = false;
    const count = (): void => {
      turn += 1;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    const statements = Array.from({ length: 20 }, () =>
      share.run(() => {
        work(3);
        turns.push(turn);
      }),
    );
    await Promise.all(statements);
    done = true;
    const most = Math.max(...turns.map((one) => turns.filter((other) => other === one).length));
    expect(turns).toHaveLength(20);
    expect(most).toBeLessThanOrEqual(2);
  });

  it('runs many short ones in one turn, in their order', async () => {
    const share = createLoopShare();
    const order: number[] = [];
    let isNextTurn = false;
    setImmediate(() => (isNextTurn = true));
    await Promise.all(Array.from({ length: 50 }, (_, index) => share.run(() => order.push(index))));
    expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(isNextTurn).toBe(false);
  });

  it('counts the time of a statement that fails', async () => {
    const share = createLoopShare();
    const failing = () => {
      work(6);
      throw new Error('no');
    };
    let isNextTurn = false;
    setImmediate(() => (isNextTurn = true));
    expect(() => share.spend(failing)).toThrow('no');
    await share.run(() => undefined);
    expect(isNextTurn).toBe(true);
  });
});
