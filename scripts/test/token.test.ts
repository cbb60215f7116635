import { createHmac, generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '@streamworks/common/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { rootFolder } from '../src/list-services.js';

const folder = mkdtempSync(join(tmpdir(), 'streamworks-token-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = 'an old pond, a frog jumps in, the sound of water';

/** `pnpm token …`, as the script of the root package runs it. */
const runToken = (args: readonly string[], env: Record<string, string> = {}) =>
  runProcess([process.execPath, join(rootFolder, 'scripts/dist/token.js'), ...args], { env });

function writeKey(name: string, key: KeyObject): string {
  const file = join(folder, name);
  writeFileSync(file, key.export({ format: 'pem', type: key.type === 'public' ? 'spki' : 'pkcs8' }));
  return file;
}

/** The parts of a token that is alone on stdout. */
function takeApart(stdout: string) {
  const [, header = '', claims = '', signature = ''] = /^([\w-]+)\.([\w-]+)\.([\w-]+)\n$/.exec(stdout) ?? [];
  const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  return { signed: `${header}.${claims}`, header: decode(header), claims: decode(claims), signature };
}

describe('pnpm token', () => {
  it('prints a token that is signed with the secret of the environment, and nothing else', async () => {
    const { code, stdout, stderr } = await runToken(['--sub', 'ann', '--role', 'admin'], { AUTH_JWT_SECRET: SECRET });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { signed, header, claims, signature } = takeApart(stdout);
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(claims).toMatchObject({ sub: 'ann', role: 'admin' });
    expect(signature).toBe(createHmac('sha256', SECRET).update(signed).digest('base64url'));
  });

  it.each([
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }), 'sha256'],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'sha256'],
    ['EdDSA', generateKeyPairSync('ed25519'), null],
  ] as const)('signs with a private key: %s', async (alg, { privateKey, publicKey }, hash) => {
    const { stdout, stderr } = await runToken(['--sub', 'ann', '--key', writeKey(`${alg}.pem`, privateKey)]);
    expect(stderr).toBe('');
    const { signed, header, signature } = takeApart(stdout);
    expect(header).toMatchObject({ alg });
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    expect(verify(hash, Buffer.from(signed), key, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it.each([
    [
      ['--sub', 'ann'],
      {},
      'token: AUTH_JWT_SECRET is not set: it is what to sign with, unless --key names a private key\n',
    ],
    [
      ['--sub', 'ann'],
      { AUTH_JWT_SECRET: 'hunter2' },
      'token: AUTH_JWT_SECRET=[hidden]: must be at least 32 bytes, or off\n',
    ],
    [['--sub', 'ann', '--key', 'none.pem'], {}, 'token: --key "none.pem": the file cannot be read (ENOENT)\n'],
  ])('says in one line that there is no key for %j under %j', async (args, env, stderr) => {
    expect(await runToken(args, env)).toMatchObject({ code: 1, stdout: '', stderr });
  });

  it('says in one line that a key is of the wrong kind', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const [other, curve] = [writeKey('public.pem', publicKey), writeKey('p384.pem', privateKey)];
    const oneLine = (text: string): unknown => expect.stringMatching(new RegExp(`^token: .*${text}.*\n$`));
    expect(await runToken(['--sub', 'ann', '--key', other])).toMatchObject({
      code: 1,
      stderr: oneLine('no private key'),
    });
    expect(await runToken(['--sub', 'ann', '--key', curve])).toMatchObject({ code: 1, stderr: oneLine('is not RSA') });
  });

  it('ends with 2 for a command line that cannot be understood, and says where help is', async () => {
    const stderr = 'token: whose token? --sub says it\nTry: pnpm --silent token --help\n';
    expect(await runToken([])).toMatchObject({ code: 2, stdout: '', stderr });
  });

  it('says with --help how it is used', async () => {
    const usage = expect.stringContaining('Usage: pnpm --silent token --sub <user>') as string;
    expect(await runToken(['--help'])).toMatchObject({ code: 0, stdout: usage, stderr: '' });
  });
});
