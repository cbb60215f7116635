import { expect, it } from 'vitest';
import { createClient } from '../../src/index.js';
import { createCa } from '../support/certificates.js';
import { FourKinds } from '../support/four-kinds.js';
import { callOnce, startAnswering } from '../support/tls-calls.js';

const ca = await createCa();
const { cert, key } = await ca.issue();
const other = await ca.issue();

it.each([
  [{ ca: 'text' }, 'tls.ca holds no whole certificate in PEM'],
  [{ cert, key: 'text' }, 'tls.key holds no private key in PEM'],
  [{ cert: cert.slice(0, 200), key }, 'tls.cert holds no whole certificate in PEM'],
  [{ cert, key: other.key }, 'tls.key is not the key of tls.cert'],
  [{ cert }, 'tls.key is missing: a certificate needs its key'],
  [{ key }, 'tls.cert is missing: a key needs its certificate'],
])('a client is not made with certificates that cannot be used: %j', (tls, message) => {
  expect(() => createClient(FourKinds, 'localhost:1', { tls })).toThrow(new Error(message));
});

it('certificates may be text or bytes', async () => {
  await using server = await startAnswering({ tls: { cert: Buffer.from(cert), key: Buffer.from(key) } });
  expect(await callOnce(server.target, { tls: { ca: ca.cert } })).toBe('secured');
  expect(await callOnce(server.target, { tls: { ca: Buffer.from(ca.cert) } })).toBe('secured');
});

it('one of several CAs is enough', async () => {
  const another = await createCa('Another test CA');
  await using server = await startAnswering({ tls: { cert, key } });
  expect(await callOnce(server.target, { tls: { ca: `${another.cert}\n${ca.cert}` } })).toBe('secured');
});

it('tls: false is no TLS', async () => {
  await using server = await startAnswering({});
  expect(await callOnce(server.target, { tls: false })).toBe('secured');
});
