import { crc32, inflateSync } from 'node:zlib';
import { createRandom } from '@streamworks/common';
import { LaptopCodec } from '@streamworks/proto/techschool/pcbook/laptop_message';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sniffImageType } from './image-type.js';
import { findProblem } from './message-problem.js';
import { pickUuid } from './pick.js';
import { toRandomLaptop, toRandomScore } from './random-laptop.js';
import { toRandomPng } from './random-png.js';
import { toCanonicalUuid } from './uuid.js';

const now = new Date('2026-11-21T12:34:56.789Z');
const seed = fc.integer();

describe('a seed', () => {
  it('gives the same laptop, score and image again, and other ones follow', () => {
    fc.assert(
      fc.property(seed, (number) => {
        const make = () => {
          const random = createRandom(number);
          return [toRandomLaptop(random, now), toRandomScore(random), toRandomPng(random), toRandomLaptop(random, now)];
        };
        expect(make()).toEqual(make());
        expect(make()[0]).not.toEqual(make()[3]);
      }),
    );
  });
});

describe('toRandomLaptop', () => {
  it('makes laptops that can be stored, and that stay as they are on their way', () => {
    fc.assert(
      fc.property(seed, (number) => {
        const laptop = toRandomLaptop(createRandom(number), now);
        expect(findProblem(laptop, 'laptop')).toBeUndefined();
        expect(LaptopCodec.decode(LaptopCodec.encode(laptop))).toEqual(laptop);
        expect(laptop.updatedAt).toEqual({ seconds: 1_795_264_496n, nanos: 789_000_000 });
      }),
    );
  });
});

describe('pickUuid', () => {
  it('makes canonical UUIDs of version 4, each another one', () => {
    const random = createRandom(1);
    const uuids = Array.from({ length: 1000 }, () => pickUuid(random));
    for (const uuid of uuids) {
      expect(uuid).toMatch(/^.{14}4.{4}[89ab]/);
      expect(toCanonicalUuid(uuid)).toBe(uuid);
    }
    expect(new Set(uuids).size).toBe(1000);
  });
});

describe('toRandomScore', () => {
  it('gives every whole number from 1 to 10', () => {
    const random = createRandom(1);
    const scores = new Set(Array.from({ length: 1000 }, () => toRandomScore(random)));
    expect([...scores].toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

describe('toRandomPng', () => {
  it.each([1, 16, 33])('makes an image of %d pixels whose checksums are right', async (pixels) => {
    const png = toRandomPng(createRandom(1), { pixels });
    expect(await sniffImageType(png)).toBe('png');
    const chunks = [...readChunks(png)];
    expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'IDAT', 'IEND']);
    expect(inflateSync(chunks[1]!.data)).toHaveLength(pixels * (1 + pixels * 3));
  });

  it('fills it up to so many bytes', async () => {
    const png = toRandomPng(createRandom(1), { bytes: 1_048_576 });
    expect(png).toHaveLength(1_048_576);
    expect(await sniffImageType(png)).toBe('png');
    expect([...readChunks(png)].map(({ type }) => type)).toEqual(['IHDR', 'tEXt', 'IDAT', 'IEND']);
    expect(() => toRandomPng(createRandom(1), { bytes: 100 })).toThrow(RangeError);
  });
});

function* readChunks(png: Buffer) {
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)));
    yield { type, data: png.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}
