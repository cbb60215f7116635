import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createCa } from '../support/certificates.js';
import { readTlsOptions } from '../../src/cli/tls-options.js';
import { UsageError } from '../../src/cli/usage-error.js';

const ca = await createCa();
const { cert, key } = await ca.issue();
const folder = mkdtempSync(join(tmpdir(), 'tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const [name, text] of Object.entries({ ca: ca.cert, cert, key, text: 'no PEM' })) {
  writeFileSync(join(folder, `${name}.pem`), text);
}
const read = (values: Record<string, unknown>) => readTlsOptions(values, folder);

describe('the options for TLS', () => {
  it('leave a client without TLS where none is given', () => {
    expect(read({ interval: '1s' })).toEqual({});
  });

  it('turn TLS on, each of them', () => {
    expect(read({ tls: true })).toEqual({ tls: {} });
    expect(read({ 'server-name': 'a.example' })).toEqual({ tls: { serverName: 'a.example' } });
    expect(read({ ca: 'ca.pem' })).toEqual({ tls: { ca: Buffer.from(ca.cert) } });
    expect(read({ cert: 'cert.pem', key: join(folder, 'key.pem') })).toEqual({
      tls: { cert: Buffer.from(cert), key: Buffer.from(key) },
    });
  });

  it.each([
    [{ cert: 'cert.pem' }, '--key is missing: a certificate needs its key'],
    [{ key: 'key.pem' }, '--cert is missing: a key needs its certificate'],
    [{ ca: 'none.pem' }, `--ca: ${join(folder, 'none.pem')} cannot be read: there is no such file`],
    [{ ca: 'text.pem' }, '--ca holds no whole certificate in PEM'],
    [{ cert: 'ca.pem', key: 'key.pem' }, '--key is not the key of --cert'],
  ])('are a usage error in one line: %j', (values, message) => {
    expect(() => read(values)).toThrow(new UsageError(message));
  });
});
