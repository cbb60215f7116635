import { BenchService, type Message } from '@streamworks/proto/streamworks/bench/bench';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatusError } from '../errors/status-error.js';
import { MESSAGE_OVERHEAD_BYTES } from '../rpc/byte-window.js';
import { createTestContext } from '../testing/create-test-context.js';
import { gate, type Gate } from '../testing/streams.js';
import { Broadcast } from './broadcast.js';
import { Subscriber, type SubscriberOptions } from './subscriber.js';

const method = BenchService.methods.subscribe;

/** A message that takes so many bytes in a queue: from 80 to 180. */
function toMessage(number: number, size = 100) {
  const rest =
    size - MESSAGE_OVERHEAD_BYTES - method.response.encode({ number: BigInt(number), payload: EMPTY }).length;
  return { number: BigInt(number), payload: Buffer.alloc(rest) };
}
const EMPTY = Buffer.alloc(0);

/** A stream whose reader reads, or stops: while it has stopped, each write waits until it reads again. */
function createReader(options: SubscriberOptions<Message> = {}) {
  let stopped: Gate | undefined;
  const read: number[] = [];
  const context = createTestContext<Message>({
    write(message) {
      if ('bytes' in message) read.push(Number(message.message.number));
      return stopped;
    },
    flushed: () => stopped,
  });
  return {
    context,
    read,
    subscriber: new Subscriber(context, options),
    stop: () => void (stopped ??= gate()),
    async resume() {
      stopped?.open();
      stopped = undefined;
      await turn();
    },
  };
}

/** Everything that promises set off has been done. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a broadcast', () => {
  it('encodes a message once, whoever gets it', () => {
    let encoded = 0;
    const response = {
      ...method.response,
      encode(message: Parameters<typeof method.response.encode>[0]) {
        encoded += 1;
        return method.response.encode(message);
      },
    };
    const broadcast = new Broadcast({ response });
    const readers = Array.from({ length: 10 }, () => createReader());
    for (const { subscriber } of readers) broadcast.add(subscriber);
    broadcast.publish({ number: 1n });
    expect(readers.map(({ read }) => read)).toEqual(Array.from({ length: 10 }, () => [1]));
    expect(encoded).toBe(1);
  });

  it('refuses a message that cannot be encoded, and nobody gets it', () => {
    const broadcast = new Broadcast(method);
    const { subscriber, read } = createReader();
    broadcast.add(subscriber);
    expect(() => broadcast.publish({ number: 2n ** 63n })).toThrow('number');
    broadcast.publish({ number: 1n });
    expect(read).toEqual([1]);
  });

  it('gives a subscriber what is published while it belongs to it', async () => {
    const broadcast = new Broadcast(method);
    const { subscriber, read } = createReader();
    broadcast.publish({ number: 1n });
    broadcast.add(subscriber);
    broadcast.add(subscriber);
    expect([broadcast.size, broadcast.has(subscriber)]).toEqual([1, true]);
    broadcast.publish({ number: 2n });
    expect(broadcast.delete(subscriber)).toBe(true);
    broadcast.publish({ number: 3n });
    expect(broadcast.delete(subscriber)).toBe(false);
    expect([broadcast.size, broadcast.has(subscriber)]).toEqual([0, false]);
    expect(read).toEqual([2]);
  });

  it('loses a subscriber whose call is over, and none of the others', async () => {
    const broadcast = new Broadcast(method);
    const readers = [createReader(), createReader(), createReader()] as const;
    for (const { subscriber } of readers) broadcast.add(subscriber);
    readers[0].context.cancel();
    readers[1].context.finish();
    expect(broadcast.size).toBe(1);
    broadcast.add(readers[0].subscriber);
    broadcast.publish({ number: 1n });
    expect(readers.map(({ read }) => read)).toEqual([[], [], [1]]);
    await expect(readers[0].subscriber.done).rejects.toMatchObject({ code: 'CANCELLED' });
    await readers[1].subscriber.done;
  });

  it('gives everybody the same order, also of what is published and who is added by the end of a call', async () => {
    const broadcast = new Broadcast(method);
    const slow = createReader({ maxBytes: 100 });
    const [before, after, late] = [createReader(), createReader(), createReader()];
    for (const { subscriber } of [before, slow, after]) broadcast.add(subscriber);
    slow.context.onEnd(() => {
      broadcast.publish({ number: 10n });
      broadcast.add(late.subscriber);
      expect(broadcast.size).toBe(4); // a subscriber leaves after the listeners that came later than it
      broadcast.publish({ number: 11n });
    });
    slow.stop();
    for (const number of [1, 2, 3]) broadcast.publish(toMessage(number));
    expect(slow.context.ended).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    broadcast.publish({ number: 4n });
    expect([before.read, after.read]).toEqual([
      [1, 2, 3, 10, 11, 4],
      [1, 2, 3, 10, 11, 4],
    ]);
    expect(late.read).toEqual([11, 4]);
  });

  it('ends its subscribers when it is closed, each with everything that waited for it', async () => {
    const broadcast = new Broadcast(method);
    const [slow, fast] = [createReader(), createReader()];
    for (const { subscriber } of [slow, fast]) broadcast.add(subscriber);
    slow.stop();
    for (const number of [1n, 2n, 3n]) broadcast.publish({ number });
    expect(broadcast.isClosed).toBe(false);
    broadcast.close();
    expect(broadcast.isClosed).toBe(true);
    await fast.subscriber.done;
    expect(broadcast.size).toBe(0);
    const done = slow.subscriber.done.then(() => slow.read.length);
    await turn();
    expect(slow.read).toEqual([1]);
    await slow.resume();
    expect(await done).toBe(3);
    expect(() => broadcast.publish({ number: 4n })).toThrow('after the end');
    const late = createReader();
    broadcast.add(late.subscriber);
    await late.subscriber.done;
  });

  it('delivers what was published before it was closed, also where both happen while a message is on its way', () => {
    const broadcast = new Broadcast(method);
    const slow = createReader({ maxBytes: 0 });
    const fast = createReader();
    for (const { subscriber } of [slow, fast]) broadcast.add(subscriber);
    slow.context.onEnd(() => {
      broadcast.publish({ number: 3n });
      broadcast.close();
      expect(() => broadcast.publish({ number: 4n })).toThrow('after the end');
    });
    slow.stop();
    broadcast.publish({ number: 1n });
    broadcast.publish({ number: 2n });
    expect(fast.read).toEqual([1, 2, 3]);
    expect(broadcast.size).toBe(0);
  });

  it('ends their calls with a status, after what waited', async () => {
    const broadcast = new Broadcast(method);
    const { subscriber, context, read, stop, resume } = createReader();
    broadcast.add(subscriber);
    stop();
    for (const number of [1n, 2n]) broadcast.publish({ number });
    broadcast.close(new StatusError('UNAVAILABLE', 'the source is gone'));
    expect(context.ended).toBe(undefined);
    await resume();
    expect(read).toEqual([1, 2]);
    expect(context.ended).toMatchObject({ code: 'UNAVAILABLE' });
    await expect(subscriber.done).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'the source is gone' });
  });
});

describe('a subscriber', () => {
  it.each([{ maxBytes: NaN }, { maxBytes: -1 }, { whenFull: 'dropOldest' }])('refuses the options %j', (options) => {
    expect(() => new Subscriber(createTestContext<Message>(), options as SubscriberOptions)).toThrow(RangeError);
  });

  it('whose call cannot be ended keeps nothing from the others', () => {
    const broadcast = new Broadcast(method);
    const context = createTestContext<Message>({
      write() {
        throw new StatusError('RESOURCE_EXHAUSTED', 'too large');
      },
      end() {
        throw new Error('a header that HTTP/2 refuses');
      },
    });
    const other = createReader();
    for (const subscriber of [new Subscriber(context), other.subscriber]) broadcast.add(subscriber);
    for (const number of [1n, 2n]) broadcast.publish({ number });
    expect(other.read).toEqual([1, 2]);
    expect(broadcast.size).toBe(1);
  });

  it('may belong to several broadcasts, and leaves all of them with its call', () => {
    const broadcasts = [new Broadcast(method), new Broadcast(method)] as const;
    const { subscriber, context, read } = createReader();
    for (const broadcast of broadcasts) broadcast.add(subscriber);
    broadcasts[0].publish({ number: 1n });
    broadcasts[1].publish({ number: 2n });
    expect(read).toEqual([1, 2]);
    context.cancel();
    expect(broadcasts.map(({ size }) => size)).toEqual([0, 0]);
  });

  it('is over at once for a call that is', async () => {
    const context = createTestContext<Message>();
    context.cancel();
    const subscriber = new Subscriber(context);
    const broadcast = new Broadcast(method);
    broadcast.add(subscriber);
    expect(broadcast.size).toBe(0);
    await expect(subscriber.done).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('ends a call whose stream does not take a message', async () => {
    const context = createTestContext<Message>({
      write() {
        throw new StatusError('RESOURCE_EXHAUSTED', 'a response of 5 bytes: the most is 4');
      },
    });
    const subscriber = new Subscriber(context);
    const broadcast = new Broadcast(method);
    broadcast.add(subscriber);
    broadcast.publish({ number: 1n });
    expect(context.ended).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    expect(broadcast.size).toBe(0);
  });

  it('leaves nothing with a call that goes on', async () => {
    let listeners = 0;
    const context = createTestContext<Message>({
      onEnd() {
        listeners += 1;
        return () => (listeners -= 1);
      },
    });
    const ending = [new Subscriber(context), new Subscriber(context)];
    expect(listeners).toBe(2);
    ending[0]!.end();
    await ending[0]!.done;
    expect(listeners).toBe(1);
  });

  it('tells of what it has handed to its call, and not of what waits or is dropped', async () => {
    const broadcast = new Broadcast(method);
    const told: unknown[] = [];
    const { subscriber, stop, resume, context } = createReader({
      maxBytes: 100,
      whenFull: 'drop-oldest',
      onWrite: ({ number }) => told.push(number),
    });
    broadcast.add(subscriber);
    stop();
    for (const number of [1, 2, 3]) broadcast.publish(toMessage(number));
    expect(told).toEqual([1n]);
    await resume();
    expect(told).toEqual([1n, 3n]);
    context.cancel();
    broadcast.publish(toMessage(4));
    expect(told).toEqual([1n, 3n]);
  });

  it('gives up its room when its call ends', async () => {
    const broadcast = new Broadcast(method);
    const { subscriber, context, stop, resume, read } = createReader();
    broadcast.add(subscriber);
    stop();
    for (const number of [1, 2, 3]) broadcast.publish(toMessage(number));
    expect(subscriber.queuedBytes).toBe(200);
    context.cancel();
    expect(subscriber.queuedBytes).toBe(0);
    await resume();
    expect(read).toEqual([1]);
  });
});

/** What may happen to a broadcast and its one subscriber. */
type Step = { readonly size: number } | 'stop' | 'resume';
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ size: fc.integer({ min: 80, max: 180 }) }) },
    { weight: 1, arbitrary: fc.constantFrom('stop' as const, 'resume' as const) },
  ),
  { maxLength: 60 },
);

/** The rule of each policy, written down once more: what waits after a message has come, or undefined where that ends the stream. */
const rules = {
  end: (waiting, maxBytes) => (sum(waiting) > maxBytes ? undefined : waiting),
  'drop-oldest': (waiting, maxBytes) => {
    const fitting = waiting.findIndex((_, index) => sum(waiting.slice(index)) <= maxBytes);
    return waiting.slice(fitting === -1 ? waiting.length - 1 : fitting);
  },
  'keep-newest': (waiting) => waiting.slice(-1),
} satisfies Record<string, (waiting: Waiting[], maxBytes: number) => Waiting[] | undefined>;

interface Waiting {
  readonly number: number;
  readonly size: number;
}

const sum = (waiting: readonly Waiting[]): number => waiting.reduce((bytes, { size }) => bytes + size, 0);

describe.each(['end', 'drop-oldest', 'keep-newest'] as const)('the policy %s', (whenFull) => {
  it('keeps exactly what it promises, whenever the reader stops and reads', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 0, max: 1_000 }), async (taken, maxBytes) => {
        const broadcast = new Broadcast(method);
        const [reader, other] = [createReader({ whenFull, maxBytes }), createReader()];
        for (const { subscriber } of [reader, other]) broadcast.add(subscriber);
        const expected = follow(taken, maxBytes);
        await act(taken, broadcast, reader);
        expect(reader.subscriber.queuedBytes).toBe(expected.isEnded ? 0 : sum(expected.waiting));
        expect(reader.context.ended?.code).toBe(expected.isEnded ? 'RESOURCE_EXHAUSTED' : undefined);
        await reader.resume();
        expect(reader.read).toEqual([...expected.read, ...expected.waiting.map(({ number }) => number)]);
        expect(reader.subscriber.dropped).toBe(expected.dropped);
        const published = taken.filter((step) => typeof step === 'object').length;
        expect(other.read).toEqual(Array.from({ length: published }, (_, number) => number));
      }),
      { numRuns: 300 },
    );
  });

  /** What the policy makes of the steps. */
  function follow(taken: readonly Step[], maxBytes: number) {
    const read: number[] = [];
    let waiting: Waiting[] = [];
    let dropped = 0;
    let [number, isStopped, isBusy, isEnded] = [0, false, false, false];
    for (const step of taken) {
      if (step === 'stop') isStopped = true;
      else if (step === 'resume') {
        read.push(...waiting.map((message) => message.number));
        waiting = [];
        [isStopped, isBusy] = [false, false];
      } else if (isEnded) number += 1;
      else if (!isBusy) {
        read.push(number++);
        isBusy = isStopped; // the write of this one waits
      } else {
        const kept = rules[whenFull]([...waiting, { number: number++, size: step.size }], maxBytes);
        isEnded = kept === undefined;
        dropped += kept === undefined ? 0 : waiting.length + 1 - kept.length;
        waiting = kept ?? [];
      }
    }
    return { read, waiting, dropped, isEnded };
  }

  async function act(taken: readonly Step[], broadcast: Broadcast<Message>, reader: ReturnType<typeof createReader>) {
    let number = 0;
    for (const step of taken) {
      if (step === 'stop') reader.stop();
      else if (step === 'resume') await reader.resume();
      else broadcast.publish(toMessage(number++, step.size));
    }
  }
});
