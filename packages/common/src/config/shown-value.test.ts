import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toShownValue } from './shown-value.js';

describe('toShownValue', () => {
  it.each(['AUTH_JWT_SECRET', 'API_KEY', 'DB_PASSWORD', 'A_TOKEN'])('shows nothing of %s', (variable) => {
    expect(toShownValue(variable, 'hunter2')).toBe('[hidden]');
  });

  it.each([
    ['postgres://ann:hunter2@db/x', '"postgres://db/x"'],
    ['postgres://ann:hun/ter2@db/x', '"postgres://db/x"'],
    ['postgres://ann:hun@ter2@db/x', '"postgres://db/x"'],
    ['postgres://ann:@/?#hunter2@db:5432/x', '"postgres://db:5432/x"'],
    ['postgres://ann@corp:hunter2@db/x', '"postgres://db/x"'],
    ['postgres://ann:hun\nter2@db/x', '"postgres://db/x"'],
    [' POSTGRES://ann:hunter2@db/x', '" POSTGRES://db/x"'],
    ['https:\\\\ann:hunter2@db', String.raw`"https:\\\\db"`],
    ['https:/ann:hunter2@db', '"db"'],
    ['jdbc:postgres://ann:hunter2@db', '"db"'],
    ['ann:hunter2@db/x', '"db/x"'],
    ['postgres://ann:hunter2@db/x,postgres://bob:hunter2@db2/x', '"postgres://db2/x"'],
    ['redis://:hunter2', '"redis://…"'],
    ['redis://ann:hunter2/0', '"redis://…"'],
    ['postgres://db/x?user=ann&password=hunter2', '"postgres://db/x?…"'],
    ['postgres://db/x#hunter2', '"postgres://db/x?…"'],
    ['host=db password=hunter2', '[hidden]'],
    ['-----BEGIN PRIVATE KEY-----\nhunter2', '[hidden]'],
  ])('shows no password of %j', (value, shown) => {
    expect(toShownValue('URL', value)).toBe(shown);
  });

  it.each(['70000', 'a b', 'http://localhost:80/x', 'https://[::1]:8443/x', 'redis://db', '../certs/key.pem'])(
    'shows %j as it is',
    (value) => {
      expect(toShownValue('URL', value)).toBe(JSON.stringify(value));
    },
  );

  it('shows nothing before the last @ of a URL, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (user, password) => {
        expect(toShownValue('URL', `postgres://${user}:${password}@db/x`)).toBe('"postgres://db/x"');
      }),
    );
  });

  it('shows 100 characters', () => {
    expect(toShownValue('HOST', 'x'.repeat(1000))).toBe(`"${'x'.repeat(100)}…"`);
  });
});
