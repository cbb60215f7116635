import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient, defineService } from '../../src/index.js';
import type { TlsFiles } from '../../src/config/tls-settings.js';
import { gate, startService, until, type TestServer } from '../../src/testing/index.js';
import { createCa, type Issued } from '../support/certificates.js';
import { FourKinds } from '../support/four-kinds.js';
import { callOnce, startAnswering } from '../support/tls-calls.js';

const STREAMS = 100;
const RELOADED = 'new TLS certificates are in use';
const KEPT = 'the TLS files cannot be used: those before stay in use';

const ca = await createCa();
const [first, second] = await Promise.all([ca.issue({ commonName: 'first' }), ca.issue({ commonName: 'second' })]);
const known = { tls: { ca: ca.cert } };

let folder: string;
let files: TlsFiles;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tls-'));
  files = { cert: join(folder, 'cert'), key: join(folder, 'key'), clientCa: undefined, reloadIntervalMs: 100 };
  write(first);
});
afterEach(() => rmSync(folder, { recursive: true }));

function write({ cert, key }: Partial<Issued>): void {
  if (cert !== undefined) writeFileSync(files.cert, cert);
  if (key !== undefined) writeFileSync(files.key, key);
}

/** Whose certificate a new connection is shown. */
async function readShownName({ port }: TestServer, options: ConnectionOptions = {}): Promise<string | undefined> {
  const socket = connect({ host: '127.0.0.1', port, ca: ca.cert, ALPNProtocols: ['h2'], ...options });
  await once(socket, 'secureConnect');
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return /CN=(.*)/.exec(new X509Certificate(raw).subject)?.[1];
}

const countLines = ({ logs }: TestServer, message: string): number => logs.filter(({ msg }) => msg === message).length;

describe('new certificate files', () => {
  it(`serve new connections, and drop none of ${STREAMS} open streams`, async () => {
    const none = (): never => {
      throw new Error('not called');
    };
    const service = defineService(FourKinds, {
      unary: none,
      server: none,
      client: none,
      async *bidi(requests) {
        for await (const { text } of requests) yield { text };
      },
    });
    await using server = await startService([service], { config: { tls: files } });
    const isReloaded = gate();
    // Ten connections with ten streams each.
    const clients = Array.from({ length: STREAMS / 10 }, () => createClient(FourKinds, server.target, known));
    const streams = Array.from({ length: STREAMS }, (_, index) => {
      async function* requests(): AsyncGenerator<{ text: string }> {
        yield { text: `before ${index}` };
        await isReloaded;
        yield { text: `after ${index}` };
      }
      return clients[index % clients.length]!.bidi(requests());
    });
    const before = await Promise.all(streams.map(async (stream) => (await stream.next()).value?.text));
    expect(before).toEqual(streams.map((_, index) => `before ${index}`));
    expect(await readShownName(server)).toBe('first');

    write(second);
    await until(() => countLines(server, RELOADED) === 1);
    expect(await readShownName(server)).toBe('second');
    isReloaded.open();
    const after = await Promise.all(streams.map(async (stream) => (await stream.next()).value?.text));
    expect(after).toEqual(streams.map((_, index) => `after ${index}`));
    const ends = await Promise.all(streams.map((stream) => stream.next()));
    expect(ends.every(({ done }) => done === true)).toBe(true);
    const line = server.logs.find(({ msg }) => msg === RELOADED);
    expect(line).toMatchObject({ level: 'info', subject: 'CN=second,O=Streamworks' });
    for (const client of clients) client.$close();
  });

  it('that are half written stay out, are one warning, and come in when they are whole', async () => {
    await using server = await startAnswering({ config: { tls: files } });
    write({ cert: second.cert.slice(0, 300) });
    await until(() => countLines(server, KEPT) === 1);
    expect(await readShownName(server)).toBe('first');
    write({ cert: second.cert });
    await until(() => countLines(server, KEPT) === 2);
    expect(server.logs.filter(({ msg }) => msg === KEPT).map(({ level, reason }) => [level, reason])).toEqual([
      ['warn', `TLS_CERT: ${files.cert} holds no whole certificate in PEM`],
      ['warn', `TLS_KEY: ${files.key} is not the key of TLS_CERT: ${files.cert}`],
    ]);
    expect(await readShownName(server)).toBe('first');
    write({ key: second.key });
    await until(() => countLines(server, RELOADED) === 1);
    expect(await readShownName(server)).toBe('second');
    expect(countLines(server, KEPT)).toBe(2);
  });

  it('are found behind a link that is swapped, as Kubernetes does it', async () => {
    for (const [name, { cert, key }] of Object.entries({ first, second })) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'tls.crt'), cert);
      writeFileSync(join(folder, name, 'tls.key'), key);
    }
    const link = (name: string): void => {
      symlinkSync(name, join(folder, 'swap'));
      renameSync(join(folder, 'swap'), join(folder, 'data'));
    };
    link('first');
    const linked = { ...files, cert: join(folder, 'data/tls.crt'), key: join(folder, 'data/tls.key') };
    await using server = await startAnswering({ config: { tls: linked } });
    link('second');
    await until(() => countLines(server, RELOADED) === 1);
    expect(await readShownName(server)).toBe('second');
  });

  it('with another CA of clients refuse those of the old one, who cannot resume a session either', async () => {
    const otherCa = await createCa('Another test CA');
    const [ann, bob] = [await ca.issue({ commonName: 'ann' }), await otherCa.issue({ commonName: 'bob' })];
    const clientCa = join(folder, 'client-ca');
    writeFileSync(clientCa, ca.cert);
    await using server = await startAnswering({ config: { tls: { ...files, clientCa } } });
    expect(await callOnce(server.target, { tls: { ca: ca.cert, ...ann } })).toBe('secured');
    let session: Buffer | undefined;
    const socket = connect({ host: '127.0.0.1', port: server.port, ca: ca.cert, ...ann, ALPNProtocols: ['h2'] });
    socket.on('session', (given) => (session = given));
    await until(() => session !== undefined);
    const again = connect({ host: '127.0.0.1', port: server.port, ca: ca.cert, ...ann, session });
    await once(again, 'secureConnect');
    expect(again.isSessionReused()).toBe(false);
    again.destroy();

    writeFileSync(clientCa, otherCa.cert);
    await until(() => countLines(server, RELOADED) === 1);
    expect(socket.destroyed).toBe(false);
    socket.destroy();
    expect(await callOnce(server.target, { tls: { ca: ca.cert, ...ann } })).toContain('does not accept');
    expect(await callOnce(server.target, { tls: { ca: ca.cert, ...bob } })).toBe('secured');
  });
});
