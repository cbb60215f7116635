import { createServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { status } from '@grpc/grpc-js';
import { afterAll, describe, expect, it } from 'vitest';
import { createClient, StatusError, type ClientOptions } from '../../src/index.js';
import { createCa } from '../support/certificates.js';
import { FourKinds } from '../support/four-kinds.js';
import { startPlainServer } from '../support/plain-server.js';
import { callOnce, startAnswering } from '../support/tls-calls.js';

const ca = await createCa();
const otherCa = await createCa('Another test CA');
const [localhost, elsewhere, expiredServer, early] = await Promise.all([
  ca.issue(),
  ca.issue({ hosts: ['elsewhere.example', '10.1.2.3'] }),
  ca.issue({ days: -1 }),
  ca.issue({ fromDay: 1, days: 2 }),
]);
const [ann, stranger, late] = await Promise.all([
  ca.issue({ commonName: 'ann' }),
  otherCa.issue({ commonName: 'eve' }),
  ca.issue({ commonName: 'late', days: -1 }),
]);

const closers: (() => unknown)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

async function start(tls?: Parameters<typeof startAnswering>[0]['tls']): Promise<number> {
  const server = await startAnswering(tls === undefined ? {} : { tls });
  closers.push(() => server.stop());
  return server.port;
}

/** A TLS server of Node, with options that ours has not. */
async function startNode(options: TlsOptions): Promise<number> {
  return listen(createTlsServer({ ...localhost, ...options }, (socket) => socket.on('error', () => undefined)));
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const asksForCertificate = { requestCert: true, rejectUnauthorized: true, ca: ca.cert, ALPNProtocols: ['h2'] };
const ports = {
  plain: await start(),
  tls: await start(localhost),
  elsewhere: await start(elsewhere),
  expired: await start(expiredServer),
  early: await start(early),
  mutual: await start({ ...localhost, clientCa: ca.cert }),
  mutual12: await startNode({ ...asksForCertificate, maxVersion: 'TLSv1.2' }),
  old: await startNode({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  http1: await startNode({ ALPNProtocols: ['http/1.1'] }),
  closing: await listen(createServer((socket) => socket.destroy())),
};
const known: ClientOptions = { tls: { ca: ca.cert } };
const withCertificate = (certificate: typeof ann): ClientOptions => ({ tls: { ca: ca.cert, ...certificate } });

interface Situation {
  readonly name: string;
  readonly port: keyof typeof ports | number;
  readonly host?: string;
  readonly options?: ClientOptions;
  /** With `@` for the target. */
  readonly says: string;
  /** Of grpc-js's own text. */
  readonly keeps: RegExp;
}

const refused = "@ does not accept the client's certificate (tls.cert, --cert): it must come from a CA known there";
const missing = '@ wants a certificate of the client: give one with its key (tls.cert and tls.key, --cert and --key)';
const expired = /^the client's certificate \(tls\.cert, --cert\) has expired on \d{4}-\d\d-\d\dT[\d:.]+Z$/;

const situations: readonly Situation[] = [
  { name: 'nobody listens', port: 1, says: 'nothing listens on @', keeps: /ECONNREFUSED/ },
  {
    name: 'the host does not exist',
    port: 1,
    host: 'nothing.invalid',
    says: 'the host of @ is not known',
    keeps: /Name resolution failed/,
  },
  {
    name: 'the CA is not known to Node',
    port: 'tls',
    options: { tls: true },
    says: 'the certificate of @ is signed by a CA that is not known here: give that CA (tls.ca, --ca)',
    keeps: /unable to verify the first certificate/,
  },
  {
    name: 'the CA is another one',
    port: 'tls',
    options: { tls: { ca: otherCa.cert } },
    says: 'the certificate of @ is signed by a CA that is not among those given: give that CA (tls.ca, --ca)',
    keeps: /certificate/,
  },
  {
    name: "the server's certificate has expired",
    port: 'expired',
    options: known,
    says: 'the certificate of @ has expired: its server needs a new one',
    keeps: /certificate has expired/,
  },
  {
    name: "the server's certificate is not valid yet",
    port: 'early',
    options: known,
    says: 'the certificate of @ is not valid yet: is the clock right?',
    keeps: /not yet valid/,
  },
  {
    name: 'the name is another one',
    port: 'elsewhere',
    options: known,
    says:
      'the certificate of @ is for DNS:elsewhere.example, IP Address:10.1.2.3, and not for localhost: ' +
      'say which name it has (tls.serverName, --server-name)',
    keeps: /does not match/,
  },
  {
    name: 'the address is another one',
    port: 'elsewhere',
    host: '127.0.0.1',
    options: known,
    says:
      'the certificate of @ is for 10.1.2.3, and not for 127.0.0.1: ' +
      'say which name it has (tls.serverName, --server-name)',
    keeps: /does not match/,
  },
  { name: 'the client has no certificate', port: 'mutual', options: known, says: missing, keeps: /alert number 116/ },
  { name: 'the same with TLS 1.2', port: 'mutual12', options: known, says: missing, keeps: /alert number 40/ },
  {
    name: "the client's certificate is of another CA",
    port: 'mutual',
    options: withCertificate(stranger),
    says: refused,
    keeps: /Failed to connect|ECONNRESET/,
  },
  {
    name: 'the same with TLS 1.2',
    port: 'mutual12',
    options: withCertificate(stranger),
    says: refused,
    keeps: /disconnected before|ECONNRESET/,
  },
  {
    name: 'the client speaks plaintext to TLS',
    port: 'tls',
    says: '@ closes the connection without HTTP/2: does it want TLS (tls, --tls)?',
    keeps: /Failed to connect|ECONNRESET/,
  },
  {
    name: 'the client speaks TLS to plaintext',
    port: 'plain',
    options: known,
    says: '@ speaks plaintext: leave TLS out (tls, --tls), or turn it on there',
    keeps: /wrong version number/,
  },
  { name: 'the server is too old', port: 'old', options: known, says: '@ speaks no TLS from 1.2 on', keeps: /\w/ },
  { name: 'the server speaks HTTP/1.1', port: 'http1', options: known, says: '@ does not speak HTTP/2', keeps: /120/ },
  {
    name: 'the server hangs up on a client without a certificate',
    port: 'closing',
    options: known,
    says: '@ closes the connection in the TLS handshake: does it want a certificate of the client (tls.cert, --cert)?',
    keeps: /\w/,
  },
];

describe('a call without a connection says what to do', () => {
  it.each(situations)('$name', async ({ port, host = 'localhost', options = {}, says, keeps }) => {
    const target = `${host}:${typeof port === 'number' ? port : ports[port]}`;
    const [, text, original] = /^UNAVAILABLE: (.*) \[(.*)\]$/.exec(await callOnce(target, options)) ?? [];
    expect(text).toBe(says.replace('@', target));
    expect(original).toMatch(keeps);
  });

  it.each(['mutual', 'mutual12'] as const)('the certificate of the client has expired: %s', async (port) => {
    const [, text] =
      /^UNAVAILABLE: (.*) \[.*\]$/.exec(await callOnce(`localhost:${ports[port]}`, withCertificate(late))) ?? [];
    expect(text).toMatch(expired);
  });

  it('goes through where all is well', async () => {
    expect(await callOnce(`localhost:${ports.tls}`, known)).toBe('secured');
    expect(await callOnce(`127.0.0.1:${ports.tls}`, known)).toBe('secured');
    expect(await callOnce(`localhost:${ports.mutual}`, withCertificate(ann))).toBe('secured');
  });

  it('goes through to a server that has another name, where the client says it', async () => {
    const tls = { ca: ca.cert, serverName: 'elsewhere.example' };
    expect(await callOnce(`localhost:${ports.elsewhere}`, { tls })).toBe('secured');
  });
});

describe('the words of a server stay as they are', () => {
  const message = 'No connection established. Last error: Error: connect ECONNREFUSED 10.0.0.1:1. Resolution note: ';

  it('of ours', async () => {
    await using server = await startAnswering({}, () => {
      throw new StatusError('UNAVAILABLE', message);
    });
    expect(await callOnce(server.target)).toBe(`UNAVAILABLE: ${message}`);
  });

  it('of another maker', async () => {
    await using server = await startPlainServer({
      unary: (_call, callback) => callback({ code: status.UNAVAILABLE, details: message }),
    });
    expect(await callOnce(server.target)).toBe(`UNAVAILABLE: ${message}`);
  });
});

it('says what to do when a call has been tried again, too', async () => {
  const { unary } = FourKinds.methods;
  const contract = { ...FourKinds, methods: { unary: { ...unary, idempotent: true } } };
  const client = createClient(contract, 'localhost:1');
  await expect(client.unary({ text: '' })).rejects.toMatchObject({
    statusMessage: expect.stringMatching(/^nothing listens on localhost:1 \[/) as string,
  });
  client.$close();
});
