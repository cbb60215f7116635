import { Metadata } from '@streamworks/common';
import { echoedInHeader, echoedInTrailer } from '../echo.js';
import { expectSame } from '../expect.js';
import type { Peer } from '../peer.js';
import { largeRequestSize, largeResponseSize } from './sizes.js';

const initialValue = 'test_initial_metadata_value';
const trailingValue = Buffer.from('ababab', 'hex');

/** Text and bytes in metadata come back, in the header and in the trailer, of a unary call and of a stream. */
export async function customMetadata({ tests }: Peer): Promise<void> {
  const payload = { body: Buffer.alloc(largeRequestSize) };

  const unary = createEcho();
  await tests.unaryCall({ responseSize: largeResponseSize, payload }, unary.options);
  unary.expectBoth('UnaryCall');

  const stream = createEcho();
  const request = { responseParameters: [{ size: largeResponseSize }], payload };
  for await (const response of tests.fullDuplexCall([request], stream.options)) {
    expectSame('the size of the response', response.payload?.body.length, largeResponseSize);
  }
  stream.expectBoth('FullDuplexCall');
}

/** The options of a call that sends the metadata, and a look at what has come back with it. */
function createEcho() {
  const metadata = new Metadata();
  metadata.set(echoedInHeader, initialValue);
  metadata.set(echoedInTrailer, trailingValue);
  let header = new Metadata();
  let trailer = new Metadata();
  return {
    options: {
      metadata,
      onHeader: (received: Metadata) => void (header = received),
      onTrailer: (received: Metadata) => void (trailer = received),
    },
    expectBoth(method: string) {
      expectSame(`${echoedInHeader} of ${method}`, header.get(echoedInHeader).join(), initialValue);
      const values = trailer.get(echoedInTrailer).map((value) => Buffer.from(value).toString('hex'));
      expectSame(`${echoedInTrailer} of ${method}`, values.join(), trailingValue.toString('hex'));
    },
  };
}
