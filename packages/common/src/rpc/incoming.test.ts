import type { Codec } from '@streamworks/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from '../testing/streams.js';
import { WINDOW_BYTES } from './byte-window.js';
import { Incoming } from './incoming.js';

/** Text as messages; `!` cannot be decoded. */
const codec: Codec<string> = {
  encode: (text) => Buffer.from(text),
  decode(bytes) {
    const text = Buffer.from(bytes).toString();
    if (text === '!') throw new Error('bad bytes');
    return text;
  },
};

function createIncoming() {
  const calls = { resumes: 0, pauses: 0, returns: 0 };
  const source = { resume: () => void (calls.resumes += 1), pause: () => void (calls.pauses += 1) };
  const owner = {
    toDecodeError: (error: unknown) => error,
    onReadError: (error: unknown) => error,
    onReturn: () => void (calls.returns += 1),
  };
  const incoming = new Incoming(codec, source, owner);
  incoming.start();
  calls.resumes = 0;
  return { incoming, calls };
}

describe('Incoming', () => {
  it('gives messages in order and then the end', async () => {
    const { incoming } = createIncoming();
    for (const text of ['a', 'b', 'c']) incoming.push(Buffer.from(text));
    incoming.end();
    expect(await collect(incoming)).toEqual(['a', 'b', 'c']);
  });

  it('gives every message once and in order, whatever the order of arrivals, reads and batches', async () => {
    const step = fc.oneof(fc.constant('push'), fc.constant('next'), fc.integer({ min: 1, max: 5 }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 200 }), async (steps) => {
        const { incoming } = createIncoming();
        let pushed = 0;
        const early: Promise<string | undefined>[] = [];
        const taken: (string | undefined)[] = [];
        const push = (): void => incoming.push(Buffer.from(String(pushed++)));
        for (const action of steps) {
          if (action === 'push') push();
          // A reader may come before its message; a batch is taken by the reader who has taken all before it.
          else if (action === 'next') early.push(incoming.next().then(({ value }) => value));
          else {
            while (pushed <= taken.length + early.length) push();
            taken.push(...(await Promise.all(early.splice(0))));
            taken.push(...((await incoming.batches({ max: action }).next()).value ?? []));
          }
        }
        incoming.end();
        taken.push(...(await Promise.all(early)), ...(await collect(incoming)));
        expect(taken.filter((text) => text !== undefined).map(Number)).toEqual([...Array(pushed).keys()]);
      }),
    );
  });

  it('pauses its source when the window is full, and lets it go on when half of it is free', async () => {
    const { incoming, calls } = createIncoming();
    const message = Buffer.alloc(1000, 'x');
    let pushed = 0;
    for (; calls.pauses === 0; pushed += 1) incoming.push(message);
    expect(pushed * message.length).toBeLessThanOrEqual(WINDOW_BYTES);
    expect(pushed * message.length).toBeGreaterThan(WINDOW_BYTES * 0.9);
    let taken = 0;
    for (; calls.resumes === 0; taken += 1) await incoming.next();
    expect(taken / pushed).toBeCloseTo(0.5, 1);
    incoming.push(message);
    expect(calls).toMatchObject({ pauses: 1, resumes: 1 });
  });

  it('gives the messages before a bad one, then its error, then nothing', async () => {
    const { incoming } = createIncoming();
    for (const text of ['a', '!', 'c']) incoming.push(Buffer.from(text));
    incoming.end();
    expect(await incoming.next()).toEqual({ done: false, value: 'a' });
    await expect(incoming.next()).rejects.toThrow('bad bytes');
    await expect(incoming.next()).rejects.toThrow('bad bytes');
  });

  it('ends a batch before a bad message', async () => {
    const { incoming } = createIncoming();
    for (const text of ['a', 'b', '!', 'd']) incoming.push(Buffer.from(text));
    const batches = incoming.batches();
    expect((await batches.next()).value).toEqual(['a', 'b']);
    await expect(batches.next()).rejects.toThrow('bad bytes');
  });

  it('fails every reader that waits, and drops what was not taken', async () => {
    const { incoming } = createIncoming();
    const waiting = incoming.next();
    incoming.fail(new Error('cut'), { discard: true });
    incoming.push(Buffer.from('late'));
    await expect(waiting).rejects.toThrow('cut');
    await expect(incoming.next()).rejects.toThrow('cut');
  });

  it('gives what has arrived before the error when it is not discarded', async () => {
    const { incoming } = createIncoming();
    incoming.push(Buffer.from('a'));
    incoming.fail(new Error('status'), { discard: false });
    expect((await incoming.next()).value).toBe('a');
    await expect(incoming.next()).rejects.toThrow('status');
  });

  it('does not end after a cancel, though the end had arrived before it', async () => {
    const { incoming } = createIncoming();
    incoming.push(Buffer.from('a'));
    incoming.end();
    incoming.fail(new Error('cut'), { discard: true });
    await expect(incoming.next()).rejects.toThrow('cut');
  });

  it('tells when the reader leaves early, and not when it reaches the end', async () => {
    const { incoming, calls } = createIncoming();
    incoming.push(Buffer.from('a'));
    incoming.push(Buffer.from('b'));
    for await (const _ of incoming) break;
    expect(calls.returns).toBe(1);
    incoming.end();
    await collect(incoming.batches());
    expect(calls.returns).toBe(1);
  });
});
