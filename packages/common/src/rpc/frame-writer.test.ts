import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader } from './frame-reader.js';
import { FrameWriter, type FrameSink } from './frame-writer.js';

function readMessages(chunks: readonly Buffer[]): Buffer[] {
  const messages: Buffer[] = [];
  const reader = new FrameReader(1_000_000, {
    onFrame: (message) => void messages.push(Buffer.from(message as Buffer)),
  });
  for (const chunk of chunks) reader.push(chunk);
  return messages;
}

const readAll = (chunks: readonly Buffer[]): string[] => readMessages(chunks).map(String);

/** A stream that takes one write at a time, when it is told to. */
function createSink() {
  const chunks: Buffer[] = [];
  const pending: (() => void)[] = [];
  const sink: FrameSink = {
    write(chunk, written) {
      chunks.push(chunk);
      pending.push(written);
    },
    cork: () => undefined,
    uncork: () => undefined,
    writableEnded: false,
    destroyed: false,
  };
  const drain = (): void => pending.splice(0).forEach((written) => written());
  return { sink, chunks, drain };
}

describe('FrameWriter', () => {
  it('sends the first message at once and those that follow together', () => {
    const { sink, chunks, drain } = createSink();
    const sent: [number, number][] = [];
    const writer = new FrameWriter(sink, { onSent: (messages, bytes) => void sent.push([messages, bytes]) });
    for (const text of ['a', 'bb', 'ccc']) writer.write(Buffer.from(text));
    expect(readAll(chunks)).toEqual(['a']);
    drain();
    expect(chunks).toHaveLength(2);
    expect(readAll(chunks)).toEqual(['a', 'bb', 'ccc']);
    drain();
    expect(sent).toEqual([
      [1, 1],
      [2, 5],
    ]);
  });

  it('sends those of one turn together where more are likely to come', async () => {
    const { sink, chunks, drain } = createSink();
    const writer = new FrameWriter(sink, { onSent: () => undefined });
    for (const text of ['a', 'bb']) writer.writeSoon(Buffer.from(text));
    expect(chunks).toEqual([]);
    await Promise.resolve(); // what promises set off belongs to the turn
    writer.writeSoon(Buffer.from('ccc'));
    await new Promise((resolve) => process.nextTick(resolve));
    expect(chunks).toHaveLength(1);
    expect(readAll(chunks)).toEqual(['a', 'bb', 'ccc']);
    drain();
    writer.writeSoon(Buffer.from('d'));
    writer.write(Buffer.from('e')); // which does not wait, and overtakes nothing
    expect(readAll(chunks)).toEqual(['a', 'bb', 'ccc', 'd', 'e']);
    await new Promise((resolve) => process.nextTick(resolve));
    expect(chunks).toHaveLength(2);
  });

  it('sends everything in order, whatever the sizes', async () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 15_000, max: 40_000 })), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (lengths, every, soon) => {
          const { sink, chunks, drain } = createSink();
          let sent = 0;
          const writer = new FrameWriter(sink, { onSent: (messages) => void (sent += messages) });
          const messages = lengths.map((length, index) => Buffer.alloc(length, index + 1));
          for (const [index, message] of messages.entries()) {
            if (index % soon === 0) writer.writeSoon(message);
            else writer.write(message);
            if (index % every === 0) drain();
            if (index % 3 === 0) await Promise.resolve();
          }
          writer.flush();
          for (let turn = 0; turn < 20; turn += 1) drain();
          const received = readMessages(chunks);
          expect(received.map(({ length }) => length)).toEqual(lengths);
          expect(Buffer.concat(received).equals(Buffer.concat(messages))).toBe(true);
          expect(sent).toBe(messages.length);
        },
      ),
      { numRuns: 50 },
    );
  });
});
