import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createImageBuffer } from './image-buffer.js';
import { createImageMemory } from './image-memory.js';

const create = (limit: number) => createImageBuffer({ limit, memory: createImageMemory(limit) });

it('has what was appended, however it was cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 9_000 })), (chunks) => {
      const whole = Buffer.concat(chunks);
      const buffer = create(whole.length);
      for (const chunk of chunks) buffer.append(chunk);
      expect(buffer.size).toBe(whole.length);
      expect(Buffer.compare(buffer.toBytes(), whole)).toBe(0);
    }),
  );
});

it('has what was appended, whatever becomes of the chunk', () => {
  const buffer = create(3);
  const chunk = new Uint8Array([1, 2, 3]);
  buffer.append(chunk);
  chunk.fill(0);
  expect([...buffer.toBytes()]).toEqual([1, 2, 3]);
});

it('takes as many bytes as it was made for, and not one more', () => {
  const buffer = create(100_000);
  for (let count = 0; count < 100_000; count += 10_000) buffer.append(new Uint8Array(10_000));
  expect(() => buffer.append(new Uint8Array(1))).toThrow(RangeError);
  expect(buffer.size).toBe(100_000);
});

it('takes the memory of all images, and gives it back', () => {
  const memory = createImageMemory(50_000);
  const [one, other] = [createImageBuffer({ limit: 40_000, memory }), createImageBuffer({ limit: 40_000, memory })];
  expect(memory.used).toBe(0);
  expect(one.append(new Uint8Array(1))).toBe(true);
  expect(memory.used).toBe(16_384); // what is there, not only what is filled
  expect(one.append(new Uint8Array(30_000))).toBe(true);
  expect(memory.used).toBe(32_768);
  expect(other.append(new Uint8Array(20_000))).toBe(false);
  expect(other.size).toBe(0);
  expect(other.append(new Uint8Array(17_000))).toBe(true);
  expect(other.append(new Uint8Array(400))).toBe(false);
  one.release();
  one.release();
  expect(memory.used).toBe(17_000);
  expect(other.append(new Uint8Array(20_000))).toBe(true);
  other.release();
  expect(memory.used).toBe(0);
});
