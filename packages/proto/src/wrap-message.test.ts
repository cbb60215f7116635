import { describe, expect, it } from 'vitest';
import { LaptopCodec } from './gen/techschool/pcbook/laptop_message.js';
import { LaptopService } from './gen/techschool/pcbook/laptop_service.js';
import { wrapMessage } from './wrap-message.js';

const { response } = LaptopService.methods.searchLaptop;

describe('wrapMessage', () => {
  it.each([0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])(
    'makes what the codec makes, with %d letters',
    (count) => {
      const laptop = LaptopCodec.decode(LaptopCodec.encode({ name: 'n'.repeat(count) }));
      expect(wrapMessage(1, LaptopCodec.encode(laptop)).equals(response.encode({ laptop }))).toBe(true);
    },
  );

  it('takes field numbers of any length', () => {
    expect([...wrapMessage(15, Buffer.of(7))]).toEqual([0x7a, 1, 7]);
    expect([...wrapMessage(16, Buffer.of(7))]).toEqual([0x82, 0x01, 1, 7]);
    expect([...wrapMessage(2 ** 29 - 1, Buffer.of(7))]).toEqual([0xfa, 0xff, 0xff, 0xff, 0x0f, 1, 7]);
  });
});
