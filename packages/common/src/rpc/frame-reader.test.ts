import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader } from './frame-reader.js';

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
