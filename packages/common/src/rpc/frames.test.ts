import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader, FrameWriter, type FrameSink } from './frames.js';

const frame = (message: Buffer, flag = 0): Buffer => {
  const header = Buffer.alloc(5);
  header.writeUInt8(flag, 0);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
};

function readAll(chunks: readonly Buffer[], limit = 1_000_000) {
  const messages: Buffer[] = [];
  const reader = new FrameReader(limit, { onFrame: (message) => void messages.push(Buffer.from(message as Buffer)) });
  for (const chunk of chunks) reader.push(chunk);
  return { messages, isWhole: reader.isWhole };
}

describe('FrameReader', () => {
  it('gives the same messages however the bytes are cut', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
    const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(messages, cuts, (expected, sizes) => {
        const bytes = Buffer.concat(expected.map((message) => frame(Buffer.from(message))));
        const chunks: Buffer[] = [];
        for (let position = 0, turn = 0; position < bytes.length; turn += 1) {
          const end = position + (sizes[turn % sizes.length] ?? 1);
          chunks.push(bytes.subarray(position, end));
          position = end;
        }
        const result = readAll(chunks);
        expect(result.messages).toEqual(expected.map((message) => Buffer.from(message)));
        expect(result.isWhole).toBe(true);
      }),
    );
  });

  it('knows that every strict beginning of a frame is not whole', () => {
    const bytes = frame(Buffer.from('hello'));
    for (let length = 1; length < bytes.length; length += 1) {
      expect(readAll([bytes.subarray(0, length)]).isWhole).toBe(false);
    }
  });

  it('puts a large message together from many chunks', () => {
    const message = Buffer.alloc(300_000, 'abc');
    const bytes = frame(message);
    const chunks = Array.from({ length: 31 }, (_, index) => bytes.subarray(index * 10_000, (index + 1) * 10_000));
    expect(readAll(chunks).messages).toEqual([message]);
  });

  it('refuses a message over the limit before its bytes have come, and takes one at the limit', () => {
    expect(readAll([frame(Buffer.alloc(100))], 100).messages).toHaveLength(1);
    expect(() => readAll([Buffer.from([0, 0, 0, 0, 101])], 100)).toThrow('a message of 101 bytes: the most is 100');
    expect(() => readAll([Buffer.from([0, 255]), Buffer.from([255, 255, 255])], 100)).toThrow('the most is 100');
  });

  it.each([1, 2, 255])('refuses a message with the flag %i', (flag) => {
    expect(() => readAll([frame(Buffer.from('x'), flag)])).toThrow('compressed flag');
  });
});

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
    expect(readAll(chunks).messages.map(String)).toEqual(['a']);
    drain();
    expect(chunks).toHaveLength(2);
    expect(readAll(chunks).messages.map(String)).toEqual(['a', 'bb', 'ccc']);
    drain();
    expect(sent).toEqual([
      [1, 1],
      [2, 5],
    ]);
  });

  it('sends everything in order, whatever the sizes', () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 15_000, max: 40_000 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 4 }), (lengths, every) => {
        const { sink, chunks, drain } = createSink();
        let sent = 0;
        const writer = new FrameWriter(sink, { onSent: (messages) => void (sent += messages) });
        const messages = lengths.map((length, index) => Buffer.alloc(length, index + 1));
        for (const [index, message] of messages.entries()) {
          writer.write(message);
          if (index % every === 0) drain();
        }
        writer.flush();
        for (let turn = 0; turn < 20; turn += 1) drain();
        const received = readAll(chunks).messages;
        expect(received.map(({ length }) => length)).toEqual(lengths);
        expect(Buffer.concat(received).equals(Buffer.concat(messages))).toBe(true);
        expect(sent).toBe(messages.length);
      }),
      { numRuns: 50 },
    );
  });
});
