import { expect, it } from 'vitest';
import type { ClientCertificate } from '../../src/index.js';
import { createTestContext } from '../../src/testing/index.js';
import { createCa } from '../support/certificates.js';
import { callOnce, startAnswering } from '../support/tls-calls.js';

const ca = await createCa();
const localhost = await ca.issue();

it('gives a handler what the certificate of its caller says', async () => {
  const ann = await ca.issue({ commonName: 'ann', hosts: ['ann.example', '10.0.0.1'] });
  let seen: ClientCertificate | undefined;
  await using server = await startAnswering({ tls: { ...localhost, clientCa: ca.cert } }, ({ certificate }) => {
    seen = certificate;
    return String(certificate?.subject);
  });
  expect(await callOnce(server.target, { tls: { ca: ca.cert, ...ann } })).toBe('CN=ann,O=Streamworks');
  expect(seen).toEqual({
    subject: 'CN=ann,O=Streamworks',
    commonName: 'ann',
    subjectAltNames: ['DNS:ann.example', 'IP Address:10.0.0.1'],
    fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/) as string,
    validTo: expect.any(Date) as Date,
  });
  expect(Number(seen?.validTo)).toBeGreaterThan(Date.now());
});

it('gives names with commas and quotes as they are', async () => {
  const odd = await ca.issue({ commonName: 'ann', hosts: ['a, "b"', 'c.example'] });
  await using server = await startAnswering({ tls: { ...localhost, clientCa: ca.cert } }, ({ certificate }) =>
    JSON.stringify(certificate?.subjectAltNames),
  );
  expect(await callOnce(server.target, { tls: { ca: ca.cert, ...odd } })).toBe(
    JSON.stringify(['DNS:a, "b"', 'DNS:c.example']),
  );
});

it('keeps what was read when the connection is gone', async () => {
  const ann = await ca.issue({ commonName: 'ann' });
  let read: (() => string | undefined) | undefined;
  await using server = await startAnswering({ tls: { ...localhost, clientCa: ca.cert } }, (context) => {
    read = () => context.certificate?.commonName;
    return String(read());
  });
  expect(await callOnce(server.target, { tls: { ca: ca.cert, ...ann } })).toBe('ann');
  await server.stop();
  expect(read?.()).toBe('ann');
});

it('gives none without mTLS', async () => {
  const answer = ({ certificate }: { readonly certificate: unknown }): string => String(certificate);
  await using plain = await startAnswering({}, answer);
  await using secured = await startAnswering({ tls: localhost }, answer);
  expect(await callOnce(plain.target)).toBe('undefined');
  expect(await callOnce(secured.target, { tls: { ca: ca.cert } })).toBe('undefined');
  const shown = await ca.issue({ commonName: 'ann' });
  expect(await callOnce(secured.target, { tls: { ca: ca.cert, ...shown } })).toBe('undefined');
});

it('is in the context of a test, too', () => {
  expect(createTestContext().certificate).toBeUndefined();
  const certificate: ClientCertificate = {
    subject: 'CN=ann',
    commonName: 'ann',
    subjectAltNames: [],
    fingerprint256: '',
    validTo: new Date(0),
  };
  expect(createTestContext({ certificate }).certificate?.commonName).toBe('ann');
});
