import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createImageBuffer } from './image-buffer.js';

it('has what was appended, however it was cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 9_000 })), (chunks) => {
      const whole = Buffer.concat(chunks);
      const buffer = createImageBuffer(whole.length);
      for (const chunk of chunks) buffer.append(chunk);
      expect(buffer.size).toBe(whole.length);
      expect(Buffer.compare(buffer.toBytes(), whole)).toBe(0);
    }),
  );
});

it('has what was appended, whatever becomes of the chunk', () => {
  const buffer = createImageBuffer(3);
  const chunk = new Uint8Array([1, 2, 3]);
  buffer.append(chunk);
  chunk.fill(0);
  expect([...buffer.toBytes()]).toEqual([1, 2, 3]);
});

it('takes as many bytes as it was made for, and not one more', () => {
  const buffer = createImageBuffer(100_000);
  for (let count = 0; count < 100_000; count += 10_000) buffer.append(new Uint8Array(10_000));
  expect(() => buffer.append(new Uint8Array(1))).toThrow(RangeError);
  expect(buffer.size).toBe(100_000);
});
