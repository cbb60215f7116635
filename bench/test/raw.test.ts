import { describe, expect, it } from 'vitest';
import { BenchService } from '@streamworks/proto/streamworks/bench/bench';
import { createFrameReader, createFrameWriter, toFrame } from '../src/peers/raw/frames.js';

const { response: codec } = BenchService.methods.unary;

function readAll(chunks: readonly Buffer[]): [number, number][] {
  const messages: [number, number][] = [];
  const read = createFrameReader(({ first, bytes }) => messages.push([first, bytes?.length ?? 0]));
  for (const chunk of chunks) read(chunk);
  return messages;
}

describe('frames by hand', () => {
  it.each([0, 1, 127, 128, 300, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 2 ** 53 - 1, -1, -(2 ** 40)])(
    'hold %d as the codec does',
    (number) => {
      const payload = Buffer.from('payload');
      const frame = toFrame(number, payload);
      expect(frame.readUInt32BE(1)).toBe(frame.length - 5);
      expect(codec.decode(frame.subarray(5))).toMatchObject({ number: BigInt(number), payload });
      expect(readAll([frame, toFrame(number)])).toEqual([
        [number, 7],
        [number, 0],
      ]);
    },
  );

  it('are read wherever the chunks are cut', () => {
    const whole = Buffer.concat([toFrame(5), toFrame(6, Buffer.alloc(300)), toFrame(0), toFrame(7)]);
    const expected = [
      [5, 0],
      [6, 300],
      [0, 0],
      [7, 0],
    ];
    for (let cut = 0; cut <= whole.length; cut += 1) {
      expect(readAll([whole.subarray(0, cut), whole.subarray(cut)])).toEqual(expected);
    }
    expect(readAll(Array.from(whole, (byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it('are written in batches, those that are larger than a batch, too', () => {
    const batches: Buffer[] = [];
    const writer = createFrameWriter((batch) => batches.push(batch) < 2);
    const payload = Buffer.alloc(100_000);
    expect(writer.add(1)).toBe(true);
    expect(writer.add(2, payload)).toBe(true);
    expect(writer.add(3)).toBe(false);
    writer.flush();
    writer.flush();
    expect(batches).toHaveLength(3);
    expect(readAll(batches)).toEqual([
      [1, 0],
      [2, 100_000],
      [3, 0],
    ]);
  });
});
