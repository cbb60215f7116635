import { LaptopCodec } from '@streamworks/proto/techschool/pcbook/laptop_message';
import { expect, it } from 'vitest';
import { EncodedMessage } from './encoded-message.js';

it('is made of a message', () => {
  const message = { name: 'one', priceUsd: 2 };
  const encoded = new EncodedMessage(LaptopCodec, message);
  expect(encoded.bytes).toEqual(LaptopCodec.encode(message));
  expect(encoded.message).toBe(message);
});

it('is made of bytes, which are decoded once, for who asks', () => {
  let decoded = 0;
  const codec = { ...LaptopCodec, decode: (bytes: Uint8Array) => ((decoded += 1), LaptopCodec.decode(bytes)) };
  const bytes = LaptopCodec.encode({ name: 'one', priceUsd: 2 });
  const encoded = new EncodedMessage(codec, bytes);
  expect(encoded.bytes).toBe(bytes);
  expect(decoded).toBe(0);
  expect(encoded.message).toMatchObject({ name: 'one', priceUsd: 2 });
  expect(encoded.message).toBe(encoded.message);
  expect(decoded).toBe(1);
});
