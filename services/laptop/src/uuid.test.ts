import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCanonicalUuid } from './uuid.js';

const uuid = '0e8f1c7a-9d4b-4a67-8c3e-5b2f60d1a9e4';

describe('toCanonicalUuid', () => {
  it('takes the four forms of any UUID in any case for one', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.boolean(), (one, upper) => {
        const forms = [one, `{${one}}`, `urn:uuid:${one}`, one.replaceAll('-', '')];
        for (const form of forms) expect(toCanonicalUuid(upper ? form.toUpperCase() : form)).toBe(one);
      }),
    );
  });

  it.each(['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', uuid])(
    'takes %s, whatever its version',
    (one) => {
      expect(toCanonicalUuid(one)).toBe(one);
    },
  );

  it.each([
    '',
    ' ',
    'x',
    uuid.slice(1),
    `${uuid}0`,
    ` ${uuid}`,
    `${uuid}\n`,
    `{${uuid}`,
    `${uuid}}`,
    `(${uuid})`,
    `{${uuid.replaceAll('-', '')}}`,
    `urn:uuid:{${uuid}}`,
    `urn:uuid:${uuid.replaceAll('-', '')}`,
    `uuid:${uuid}`,
    uuid.replace('-', ''),
    uuid.replace('0', 'g'),
    uuid.replace('0', '٠'),
    `${uuid}\0`,
    '0e8f1c7-a9d4b-4a67-8c3e-5b2f60d1a9e40',
  ])('refuses %j', (text) => {
    expect(toCanonicalUuid(text)).toBeUndefined();
  });

  it('looks at a long text no longer than at a short one', () => {
    expect(toCanonicalUuid('a'.repeat(1_000_000))).toBeUndefined();
    expect(toCanonicalUuid(`{${'a-'.repeat(500_000)}`)).toBeUndefined();
  });
});
