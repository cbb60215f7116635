import fc from 'fast-check';
import { frame } from '../../test/support/raw-client.js';

/** Bytes of some messages, the last of which may be bad; and what is to come of them. */
export function requestBytes(directHttp2: boolean) {
  const texts = fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 8 });
  const good = fc.constant({ bytes: Buffer.alloc(0), code: 'OK' });
  const bad = [
    fc
      .uint8Array({ minLength: 1, maxLength: 4 })
      .map((bytes) => Buffer.from(bytes.map((byte, index) => (index === 0 ? 0 : byte)))),
    fc.integer({ min: 1, max: 1000 }).map((missing) => frame('abc', 0, 3 + missing)),
    fc.constant(frame(Buffer.from([0xc3]))),
    // The public API of grpc-js has no flag.
    ...(directHttp2 ? [fc.integer({ min: 1, max: 255 }).map((flag) => frame('abc', flag))] : []),
  ].map((bytes) => bytes.map((value) => ({ bytes: value, code: 'INTERNAL' })));
  return fc.tuple(texts, fc.oneof(good, ...bad)).map(([before, last]) => {
    const responses = Buffer.concat(before.map((text) => frame(text)));
    return { responses, bytes: Buffer.concat([responses, last.bytes]), code: last.code };
  });
}

/** Cuts bytes into pieces of the sizes. */
export function cut(bytes: Buffer, sizes: Iterator<number>): Buffer[] {
  const parts: Buffer[] = [];
  for (let position = 0; position < bytes.length;) {
    const end = position + Number(sizes.next().value);
    parts.push(bytes.subarray(position, end));
    position = end;
  }
  return parts;
}
