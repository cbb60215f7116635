import { createSecretKey } from 'node:crypto';
import { createClient, Metadata, readServiceConfig, withToken } from '@streamworks/common';
import { collect, createPlainClient, gate, signToken, until } from '@streamworks/common/testing';
import { AuthService } from '@streamworks/proto/techschool/pcbook/auth_service';
import { LaptopService } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { describe, expect, it } from 'vitest';
import { pickUuid } from '../src/pick.js';
import { key, SECRET, useCatalogue } from './use-catalogue.js';
import { createLaptop, random } from './use-stores.js';

const { auth } = readServiceConfig({ AUTH_JWT_SECRET: SECRET }, { service: 'laptop', port: 0 });
const proto = 'techschool/pcbook/laptop_service.proto';
const start = useCatalogue();

describe('the roles', { timeout: 60_000 }, () => {
  const calls: Readonly<Record<string, object>> = {
    CreateLaptop: { laptop: createLaptop() },
    UploadImage: {},
    RateLaptop: {},
    SearchLaptop: {},
  };
  const sign = (role: string, exp = Math.floor(Date.now() / 1_000) + 60) => signToken(key, { sub: 'x', role, exp });

  async function callAll(target: string, authorization: string | undefined): Promise<Record<string, string>> {
    await using plain = createPlainClient(proto, 'techschool.pcbook.LaptopService', target);
    const metadata = new Metadata();
    if (authorization !== undefined) metadata.set('authorization', authorization);
    const entries = Object.entries(calls).map(async ([name, request]) => {
      const requests = name === 'UploadImage' || name === 'RateLaptop' ? [] : [request];
      return [name, (await plain.call(name, requests, metadata)).code] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }
  // An upload without a message is refused by its handler: whoever gets that has been let in.
  const may = { CreateLaptop: 'OK', UploadImage: 'INVALID_ARGUMENT', RateLaptop: 'OK', SearchLaptop: 'OK' };
  const unknown = {
    CreateLaptop: 'UNAUTHENTICATED',
    UploadImage: 'UNAUTHENTICATED',
    RateLaptop: 'UNAUTHENTICATED',
    SearchLaptop: 'OK',
  };

  it('let an admin do everything, a user rate, and everybody search', async () => {
    await using service = await start({ auth });
    const { target } = service.server;
    expect(await callAll(target, undefined)).toEqual(unknown);
    expect(await callAll(target, `Bearer ${await sign('user')}`)).toEqual({
      ...may,
      CreateLaptop: 'PERMISSION_DENIED',
      UploadImage: 'PERMISSION_DENIED',
    });
    expect(await callAll(target, await sign('guest'))).toMatchObject({ RateLaptop: 'PERMISSION_DENIED' });
    expect(await callAll(target, await sign('admin'))).toEqual(may);
  });

  it.each([
    ['garbage', () => 'garbage'],
    ['nothing', () => ''],
    ['another key', () => signToken(createSecretKey(`${SECRET}!`, 'utf8'), { sub: 'x', role: 'admin' })],
    ['a time that is over', () => sign('admin', 1)],
  ])('let nobody in with a token of %s, not where tokens are optional either', async (_case, toToken) => {
    for (const optional of [false, true]) {
      await using service = await start({ auth: { ...auth!, optional } });
      expect(await callAll(service.server.target, await toToken())).toEqual(unknown);
    }
  });

  it('are everybody’s where tokens are optional, and those of a token where there is one', async () => {
    await using service = await start({ auth: { ...auth!, optional: true } });
    const { target } = service.server;
    expect(await callAll(target, undefined)).toEqual(may);
    expect(await callAll(target, await sign('user'))).toMatchObject({ CreateLaptop: 'PERMISSION_DENIED' });
  });

  it('refuse before a message is read', async () => {
    await using service = await start({ auth });
    const stranger = createClient(LaptopService, service.server.target);
    async function* never() {
      yield { laptopId: pickUuid(random), score: 1 };
      await gate();
    }
    await expect(collect(stranger.rateLaptop(never()))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await until(() => service.server.logs.some(({ code }) => code === 'UNAUTHENTICATED'));
    expect(service.server.logs.find(({ code }) => code === 'UNAUTHENTICATED')).toMatchObject({ received: 0 });
    expect(service.groups).toEqual([]);
    stranger.$close();
  });

  it('come with a login, which needs no token, as does health', async () => {
    await using service = await start({ auth });
    const { target } = service.server;
    const login = createClient(AuthService, target);
    const { accessToken } = await login.login({ username: 'ann', password: 'secret' });
    const admin = createClient(LaptopService, target, { interceptors: [withToken(accessToken)] });
    expect(await admin.createLaptop({ laptop: createLaptop() })).toHaveProperty('id');
    await expect(login.login({ username: 'ann', password: 'x' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await using health = createPlainClient('grpc/health/v1/health.proto', 'grpc.health.v1.Health', target);
    for (const name of ['techschool.pcbook.LaptopService', 'techschool.pcbook.AuthService']) {
      expect(await health.call('Check', [{ service: name }])).toMatchObject({ responses: [{ status: 'SERVING' }] });
    }
    expect(JSON.stringify(service.server.logs)).not.toContain('secret');
    expect(JSON.stringify(service.server.logs)).not.toContain(accessToken);
    login.$close();
    admin.$close();
  });
});
