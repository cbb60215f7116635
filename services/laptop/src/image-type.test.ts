import { createRandom } from '@streamworks/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readImageType, sniffImageType } from './image-type.js';
import { toRandomPng } from './random-png.js';

const png = toRandomPng(createRandom(1));
const beginnings: Readonly<Record<string, Buffer>> = {
  jpg: Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
  gif: Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'),
  webp: Buffer.from('RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0', 'latin1'),
};

describe('readImageType', () => {
  it.each(['png', 'jpg', 'gif', 'webp'])('takes %s in any case, with or without a dot', (type) => {
    for (const text of [type, `.${type}`, type.toUpperCase(), `.${type[0]?.toUpperCase()}${type.slice(1)}`]) {
      expect(readImageType(text)).toBe(type);
    }
  });

  it('takes jpeg for jpg', () => {
    expect(readImageType('.JPEG')).toBe('jpg');
  });

  it.each([
    '',
    '.',
    '..png',
    'png.',
    ' png',
    'png\n',
    '.png\0',
    'png/../x',
    '../../etc/passwd',
    'image/png',
    'svg',
    'bmp',
    'apng',
    'constructor',
    '__proto__',
    'toString',
    'p'.repeat(10_000),
    'ｐｎｇ',
    'PNĠ',
    'ıpng',
  ])('refuses %j', (text) => {
    expect(readImageType(text)).toBeUndefined();
  });
});

describe('sniffImageType', () => {
  it('reads the type from the bytes', async () => {
    expect(await sniffImageType(png)).toBe('png');
    for (const [type, bytes] of Object.entries(beginnings)) expect(await sniffImageType(bytes)).toBe(type);
  });

  it('takes an animated PNG for a PNG', async () => {
    const actl = Buffer.from('000000086163544c0000000100000000b92d9bf1', 'hex');
    expect(await sniffImageType(Buffer.concat([png.subarray(0, 33), actl, png.subarray(33)]))).toBe('png');
  });

  it.each([
    ['a text', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a program', Buffer.from('7f454c4602010100', 'hex')],
    ['a PDF', Buffer.from('%PDF-1.7')],
    ['a bitmap', Buffer.from('BM6\0\0\0', 'latin1')],
    ['a PNG that ends in its signature', png.subarray(0, 7)],
    ['a single byte', Buffer.from([0xff])],
    ['nothing', Buffer.alloc(0)],
    ['a PNG after a byte order mark', Buffer.concat([Buffer.from('efbbbf', 'hex'), png])],
    [
      'a PNG after a tag of music',
      Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\0\x0a', 'latin1'), Buffer.alloc(10), png]),
    ],
    [
      'a PNG that does not begin with its header',
      Buffer.concat([png.subarray(0, 12), Buffer.from('iHDR'), png.subarray(16)]),
    ],
    ['the name of GIF alone', Buffer.from('GIF is a format of images')],
    ['a GIF of no version', Buffer.from('GIF88a\x01\0\x01\0\0\0\0;', 'latin1')],
    ['three bytes of a JPEG', Buffer.from('ffd8ff', 'hex')],
    ['a JPEG without a marker', Buffer.from('ffd8ff00104a4649', 'hex')],
    ['a WebP without a frame', Buffer.from('RIFF\x1a\0\0\0WEBPjunk\x0d\0\0\0', 'latin1')],
  ])('finds no image in %s', async (_case, bytes) => {
    expect(await sniffImageType(bytes)).toBeUndefined();
  });

  it('never fails, whatever follows a beginning', async () => {
    const starts = [
      ...Object.values(beginnings),
      png,
      Buffer.from('1f8b08', 'hex'),
      Buffer.from('PK\x03\x04', 'latin1'),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts),
        fc.nat(64),
        fc.uint8Array({ maxLength: 300 }),
        async (start, cut, rest) => {
          const type = await sniffImageType(Buffer.concat([start.subarray(0, cut), rest]));
          expect(['png', 'jpg', 'gif', 'webp', undefined]).toContain(type);
        },
      ),
      { numRuns: 500 },
    );
  });
});
