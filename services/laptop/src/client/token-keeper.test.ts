import { expect, it } from 'vitest';
import { createTokenKeeper } from './token-keeper.js';

const toToken = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

function create(lifeSeconds = 900) {
  const clock = { now: 1_000_000 };
  let logins = 0;
  const login = async () => {
    logins += 1;
    return toToken({ exp: clock.now / 1_000 + lifeSeconds, login: logins });
  };
  return { clock, count: () => logins, keeper: createTokenKeeper(login, { now: () => clock.now }) };
}

it('asks once for many calls', async () => {
  const { keeper, count } = create();
  const [one, other] = await Promise.all([keeper.get(), keeper.get()]);
  expect(one).toBe(other);
  await keeper.get();
  expect(count()).toBe(1);
});

it('asks again a minute before the token expires', async () => {
  const { clock, keeper, count } = create();
  const first = await keeper.get();
  clock.now += 839_999;
  expect(await keeper.get()).toBe(first);
  clock.now += 1;
  expect(await Promise.all([keeper.get(), keeper.get()])).not.toContain(first);
  expect(count()).toBe(2);
});

it('asks again after nine tenths of a short life', async () => {
  const { clock, keeper, count } = create(10);
  await keeper.get();
  clock.now += 8_999;
  await keeper.get();
  expect(count()).toBe(1);
  clock.now += 1;
  await keeper.get();
  expect(count()).toBe(2);
});

it('keeps a token that says nothing of its end', async () => {
  for (const token of ['opaque', toToken({}), 'a.!!!.c']) {
    let logins = 0;
    const keeper = createTokenKeeper(async () => ((logins += 1), token), { now: () => logins * 1e15 });
    for (let call = 0; call < 3; call += 1) expect(await keeper.get()).toBe(token);
    expect(logins).toBe(1);
  }
});

it('tries again after a login that failed', async () => {
  let logins = 0;
  const keeper = createTokenKeeper(async () => {
    logins += 1;
    if (logins === 1) throw new Error('no server');
    return toToken({ exp: Date.now() });
  });
  await expect(keeper.get()).rejects.toThrow('no server');
  expect(await keeper.get()).toContain('.');
});
