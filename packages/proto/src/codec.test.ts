import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError, EncodeError, type Codec } from './index.js';
import { ServerStream } from './gen/stream/pow.js';
import { LaptopService } from './gen/techschool/pcbook/laptop_service.js';
import { Health } from './gen/grpc/health/v1/health.js';

const pow = ServerStream.methods.pow.request;
const laptops = LaptopService.methods.createLaptop.request;

function encodeError(run: () => unknown): EncodeError {
  try {
    run();
  } catch (error) {
    if (error instanceof EncodeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Gives plain JavaScript's view of a codec: what a caller without types could pass. */
const loose = (codec: Codec<any>): Codec<any> => codec;

describe('64-bit integers', () => {
  it('come back exactly, in the whole range of int64', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
        expect(pow.decode(pow.encode({ number }))).toEqual({ number });
      }),
    );
  });

  it('come back exactly around every power of two, signed and unsigned', () => {
    for (let bit = 0n; bit < 64n; bit += 1n) {
      for (const offset of [-1n, 0n, 1n]) {
        const value = 2n ** bit + offset;
        expect(laptops.decode(laptops.encode({ laptop: { ram: { value } } })).laptop?.ram?.value).toBe(value);
        for (const number of [value, -value]) {
          if (BigInt.asIntN(64, number) !== number) continue;
          expect(pow.decode(pow.encode({ number })).number).toBe(number);
        }
      }
    }
  });

  it.each([2n ** 63n, -(2n ** 63n) - 1n, 99999999999999999999n])('refuses %s, which does not fit', (number) => {
    const error = encodeError(() => pow.encode({ number }));
    expect(error).toMatchObject({ reason: 'range', field: 'number' });
  });

  it.each([12, '12', '12abc', 1.5, true, {}])('refuses %j, which is no bigint', (number) => {
    expect(encodeError(() => loose(pow).encode({ number }))).toMatchObject({ reason: 'type', field: 'number' });
  });

  it('names the whole path of a field that does not fit', () => {
    const gpus = [{}, { memory: { value: -1n } }];
    expect(encodeError(() => laptops.encode({ laptop: { gpus } })).field).toBe('laptop.gpus[1].memory.value');
  });
});

describe('encode', () => {
  it('refuses a field that the message does not have', () => {
    expect(encodeError(() => loose(pow).encode({ numbr: 1n })).message).toBe(
      'numbr: no such field in stream.ServerStreamReq',
    );
  });

  it('refuses an enum value that does not exist and names those that do', () => {
    const laptop = { ram: { unit: 'GIGABYT' } };
    expect(encodeError(() => loose(laptops).encode({ laptop })).message).toContain('GIGABYTE, TERABYTE');
  });

  it('refuses two members of one oneof', () => {
    expect(encodeError(() => laptops.encode({ laptop: { weightKg: 1, weightLb: 2 } })).message).toContain('only one');
  });

  it.each([2 ** 32, -1])('refuses %s for a uint32', (releaseYear) => {
    expect(encodeError(() => laptops.encode({ laptop: { releaseYear } }))).toMatchObject({ reason: 'range' });
  });

  it('refuses half of a surrogate pair', () => {
    expect(encodeError(() => laptops.encode({ laptop: { name: '\ud800' } })).field).toBe('laptop.name');
  });

  it('takes back what decode gave', () => {
    const laptop = { id: 'x', weightLb: 0, gpus: [{ minGhz: 1.5 }], updatedAt: { seconds: -5n, nanos: 7 } };
    const decoded = laptops.decode(laptops.encode({ laptop }));
    expect(decoded.laptop).toMatchObject({ ...laptop, weight: 'weightLb' });
    expect(laptops.decode(laptops.encode(decoded))).toEqual(decoded);
  });

  it('carries maps of messages', () => {
    const codec = Health.methods.list.response;
    const statuses = { pow: { status: 'SERVING' as const } };
    expect(codec.decode(codec.encode({ statuses })).statuses).toEqual(statuses);
  });
});

describe('decode', () => {
  const laptop = laptops.encode({
    laptop: { id: 'an id', ram: { value: 2n ** 40n, unit: 'GIGABYTE' }, gpus: [{ name: 'one' }, {}], priceUsd: 3 },
  });

  it('gives the defaults of an empty message', () => {
    expect(pow.decode(Buffer.alloc(0))).toEqual({ number: 0n });
  });

  it('refuses every strict beginning of a nested message', () => {
    for (let length = 1; length < laptop.length; length += 1) {
      expect(() => laptops.decode(laptop.subarray(0, length)), `${length} bytes`).toThrow(DecodeError);
    }
  });

  it.each([
    ['a varint that ends early', '0880'],
    ['a varint of four bytes that ends early', '08808080'],
    ['a varint of eleven bytes', '08ffffffffffffffffffffff01'],
    ['a field number 0', '0001'],
    ['the wrong wire type for a known field', '0a0131'],
    ['an unknown wire type', '1f'],
    ['a group that does not end', '1b0801'],
    ['the end of a group that never began', '1c'],
    ['an unknown field that runs past the end', '12ff01'],
  ])('refuses %s', (_name, hex) => {
    expect(() => pow.decode(Buffer.from(hex, 'hex'))).toThrow(DecodeError);
  });

  it('refuses text that is not UTF-8', () => {
    expect(() => laptops.decode(Buffer.from('0a030a01ff', 'hex'))).toThrow('not valid UTF-8');
  });

  it('refuses a nested message whose field runs past its end', () => {
    // laptop (2 bytes long) { id: 5 bytes … }, with the five bytes there but outside of the laptop
    expect(() => laptops.decode(Buffer.from('0a020a056162636465', 'hex'))).toThrow(DecodeError);
  });

  it('skips unknown fields of every wire type', () => {
    const unknown = '5001' + '590000000000000000' + '620161' + '6b08016c' + '7d00000000';
    expect(pow.decode(Buffer.from(`0805${unknown}`, 'hex'))).toEqual({ number: 5n });
  });

  it('either decodes or throws a DecodeError, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          laptops.decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
