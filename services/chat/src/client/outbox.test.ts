import { describe, expect, it } from 'vitest';
import { createOutbox } from './outbox.js';

describe('an outbox', () => {
  it('gives a call what is not acknowledged, once, then what is added, until its end', async () => {
    const outbox = createOutbox<string>();
    for (const id of ['1', '2', '3']) void outbox.add(id, `message ${id}`);
    const first = outbox.open();
    const read = first.messages[Symbol.asyncIterator]();
    expect((await read.next()).value).toBe('message 1');
    expect((await read.next()).value).toBe('message 2');
    first.close();
    expect(outbox.acknowledge('1')).toBe(true);
    const second = outbox.open();
    void outbox.add('4', 'message 4');
    expect(outbox.acknowledge('3')).toBe(true); // it comes back before it is sent again
    expect(outbox.acknowledge('of others')).toBe(false);
    outbox.end();
    const given: string[] = [];
    for await (const message of second.messages) given.push(message);
    expect(given).toEqual(['message 2', 'message 4']);
    expect(outbox.isDone).toBe(false);
    for (const id of ['2', '4']) outbox.acknowledge(id);
    expect(outbox.isDone).toBe(true);
    expect(outbox.acknowledge('1')).toBe(true);
  });

  it('takes more when some are acknowledged, and no more than a thousand before', async () => {
    const outbox = createOutbox<number>();
    const total = 20_000;
    let added = 0;
    const adding = (async () => {
      for (; added < total; added += 1) await outbox.add(`${added}`, added);
      outbox.end();
    })();
    let next = 0;
    for await (const message of outbox.open().messages) {
      expect(message).toBe(next);
      expect(added - next).toBeLessThanOrEqual(1_000);
      outbox.acknowledge(`${message}`);
      next += 1;
    }
    await adding;
    expect(next).toBe(total);
  });

  it('makes the input wait while nothing is acknowledged', async () => {
    const outbox = createOutbox<number>();
    let added = 0;
    const adding = (async () => {
      for (; added < 1_001; added += 1) await outbox.add(`${added}`, added);
    })();
    await new Promise((resolve) => setImmediate(resolve)); // all promises that can go on have done so
    expect(added).toBe(999);
    outbox.acknowledge('0');
    await new Promise((resolve) => setImmediate(resolve));
    expect(added).toBe(1_000);
    outbox.acknowledge('1');
    await adding;
  });
});
