import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess, startServiceProcess } from '@streamworks/common/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootFolder } from '../src/list-services.js';

const script = join(rootFolder, 'scripts/dist/certs.js');
const pow = join(rootFolder, 'services/pow/dist');
const names = ['ca', 'client', 'server'];

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'certs-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** `pnpm certs …`, called by somebody who stands in the folder. */
const run = (...args: string[]) =>
  runProcess([process.execPath, script, '--folder', '.', ...args], { env: { INIT_CWD: folder } });
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const readCertificate = (name: string): X509Certificate => new X509Certificate(read(`${name}.pem`));

describe('pnpm certs', () => {
  it('writes a CA, a server and a client, whose keys only their owner may read', async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(readdirSync(folder).toSorted()).toEqual(names.flatMap((name) => [`${name}-key.pem`, `${name}.pem`]));
    for (const name of names) {
      expect(readCertificate(name).checkPrivateKey(createPrivateKey(read(`${name}-key.pem`)))).toBe(true);
      expect(statSync(join(folder, `${name}-key.pem`)).mode & 0o777).toBe(0o600);
      expect(stdout).toContain(`${name}-key.pem`);
    }
    const [ca, server, client] = [readCertificate('ca'), readCertificate('server'), readCertificate('client')];
    expect([ca.ca, server.ca, client.ca]).toEqual([true, false, false]);
    for (const issued of [server, client]) expect(issued.checkIssued(ca) && issued.verify(ca.publicKey)).toBe(true);
    expect(server.checkHost('localhost')).toBe('localhost');
    expect([server.checkIP('127.0.0.1'), server.checkIP('::1')]).not.toContain(undefined);
    expect(client.subject).toBe('O=Streamworks\nCN=client');
  });

  it('takes hosts, the name of the client and a number of days', async () => {
    await run('--host', 'pow.example', '--host', '10.0.0.1', '--client-name', 'ann', '--days', '2');
    const server = readCertificate('server');
    expect([server.checkHost('pow.example'), server.checkIP('10.0.0.1')]).toEqual(['pow.example', '10.0.0.1']);
    expect(readCertificate('client').subject).toContain('CN=ann');
    const days = (new Date(server.validTo).getTime() - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(2);
  });

  it('keeps the CA that is there, unless a new one is asked for', async () => {
    await run();
    const [ca, server] = [read('ca.pem'), read('server.pem')];
    expect((await run()).stdout).toMatch(/^ca\.pem +kept\n/);
    expect(read('ca.pem')).toBe(ca);
    expect(read('server.pem')).not.toBe(server);
    await run('--new-ca');
    expect(read('ca.pem')).not.toBe(ca);
    expect(readCertificate('server').verify(readCertificate('ca').publicKey)).toBe(true);
  });

  it('does not write over what is no CA', async () => {
    for (const name of ['ca.pem', 'ca-key.pem']) writeFileSync(join(folder, name), 'mine');
    const { code, stderr } = await run();
    expect(code).toBe(2);
    expect(stderr).toContain('are no CA');
    expect(read('ca.pem')).toBe('mine');
  });

  it('secures a service, and the client that it is tried with', async () => {
    await run('--client-name', 'ann');
    await using service = await startServiceProcess(join(pow, 'main.js'), {
      POW_PORT: '0',
      POW_METRICS_PORT: 'off',
      TLS_CERT: join(folder, 'server.pem'),
      TLS_KEY: join(folder, 'server-key.pem'),
      TLS_CLIENT_CA: join(folder, 'ca.pem'),
    });
    const client = (...args: string[]) => {
      const command = [process.execPath, join(pow, 'client.js'), '2', '--target', service.target, ...args] as const;
      return runProcess(command, { env: { INIT_CWD: folder } });
    };
    const good = await client('--ca', 'ca.pem', '--cert', 'client.pem', '--key', 'client-key.pem');
    expect(good).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('server closed') as string });
    const bare = await client('--ca', 'ca.pem');
    expect(bare).toMatchObject({ code: 1, stderr: expect.stringContaining('--cert and --key') as string });
    expect(await client()).toMatchObject({ code: 1, stderr: expect.stringContaining('--tls') as string });
    expect(await client('--ca', 'none.pem')).toMatchObject({
      code: 2,
      stderr: `pow: --ca: ${join(folder, 'none.pem')} cannot be read: there is no such file\nTry: pnpm client pow --help\n`,
    });
  });

  it.each([
    [['--days', '0'], '--days "0" is no number from 1 to 9999'],
    [['--host', 'a b'], '--host "a b" is no host name and no IP address'],
    [['--client-name', 'a,b'], '--client-name "a,b" is not 1 to 64 letters, digits, dots, @, _ or -'],
    [['--foo'], "Unknown option '--foo'"],
    [['foo'], "Unexpected argument 'foo'"],
  ])('refuses %j', async (args, message) => {
    expect(await run(...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `certs: ${message}\nTry: pnpm certs --help\n`,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says with --help how it is used', async () => {
    expect(await run('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Usage: pnpm certs/) as string,
    });
  });
});
