import { createPlainClient } from '@streamworks/common/testing';
import { LaptopCodec } from '@streamworks/proto/techschool/pcbook/laptop_message';
import { expect, it } from 'vitest';
import { useCatalogue } from './use-catalogue.js';
import { createLaptop } from './use-stores.js';

const proto = 'techschool/pcbook/laptop_service.proto';
const start = useCatalogue();

/** A field of a message that is itself a message, or a text: its number, and its bytes. */
function toField(number: number, bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), bytes]);
}

/** So many parts that say nothing, as graphics cards of a laptop: two bytes each. */
const toEmptyGpus = (count: number): Buffer => Buffer.alloc(2 * count, toField(6, Buffer.alloc(0)));

it.each([
  ['CreateLaptop', 'techschool.pcbook.LaptopService', 131_072],
  ['SearchLaptop', 'techschool.pcbook.LaptopService', 8_192],
  ['RateLaptop', 'techschool.pcbook.LaptopService', 8_192],
  ['Login', 'techschool.pcbook.AuthService', 8_192],
])('%s refuses a message of very many empty parts by its length', async (method, service, most) => {
  await using catalogue = await start();
  const file = method === 'Login' ? 'techschool/pcbook/auth_service.proto' : proto;
  await using plain = createPlainClient(file, service, catalogue.server.target);
  const request = toField(1, toEmptyGpus(1_000_000));
  expect(await plain.callRaw(method, [request])).toMatchObject({
    code: 'RESOURCE_EXHAUSTED',
    message: `a message of ${request.length} bytes: the most is ${most}`,
  });
});

it('CreateLaptop says of a laptop that is only somewhat too long what is wrong with it', async () => {
  await using catalogue = await start();
  await using plain = createPlainClient(proto, 'techschool.pcbook.LaptopService', catalogue.server.target);
  const laptop = LaptopCodec.encode(createLaptop());
  const entries = 60_000;
  const request = toField(1, Buffer.concat([laptop, toEmptyGpus(entries)]));
  expect(await plain.callRaw('CreateLaptop', [request])).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/^laptop\.gpus: has 6000\d entries: a laptop may have 65536 bytes$/),
  });
});
