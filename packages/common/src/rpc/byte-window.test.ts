import { describe, expect, it } from 'vitest';
import { ByteWindow, MESSAGE_OVERHEAD_BYTES, WINDOW_BYTES } from './byte-window.js';

const FULL = WINDOW_BYTES - MESSAGE_OVERHEAD_BYTES;

describe('ByteWindow', () => {
  it('lets a sender go on until it is full', () => {
    const window = new ByteWindow();
    window.take(FULL - 1);
    expect(window.wait()).toBeUndefined();
    window.take(1);
    expect(window.wait()).toBeInstanceOf(Promise);
  });

  it('lets every sender that waits go on when there is room again', async () => {
    const window = new ByteWindow();
    window.take(FULL);
    const waits = [window.wait(), window.wait(), window.wait()];
    window.give(1, FULL);
    expect(waits).toHaveLength(3);
    for (const waiting of waits) await expect(waiting).resolves.toBeUndefined();
  });

  it('rejects every wait, present and future, when it is closed', async () => {
    const window = new ByteWindow();
    window.take(FULL);
    const waiting = window.wait();
    const reason = new Error('over');
    window.close(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(window.wait()).rejects.toBe(reason);
  });
});
