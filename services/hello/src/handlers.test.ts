import { Metadata, readBytes } from '@streamworks/common';
import { createTestContext } from '@streamworks/common/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHandlers } from './handlers.js';

const { hello } = createHandlers();

describe('hello', () => {
  it('greets by name', async () => {
    expect(await hello({ name: 'Ada' }, createTestContext())).toEqual({ msg: 'hello world! Ada' });
  });

  it('greets nobody in particular', async () => {
    expect(await hello({ name: '' }, createTestContext())).toEqual({ msg: 'hello world! ' });
  });

  it('leaves the name as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 32 }), async (name) => {
        fc.pre(Buffer.byteLength(name) <= 128);
        expect(await hello({ name }, createTestContext())).toEqual({ msg: `hello world! ${name}` });
      }),
    );
  });

  it.each([
    ['ASCII', 'a'.repeat(128), 'a'.repeat(129)],
    ['two bytes a character', 'é'.repeat(64), `${'é'.repeat(64)}a`],
    ['four bytes a character', '💥'.repeat(32), `${'💥'.repeat(32)}a`],
  ])('takes a name of 128 bytes and no longer one: %s', async (_encoding, longest, tooLong) => {
    expect(await hello({ name: longest }, createTestContext())).toEqual({ msg: `hello world! ${longest}` });
    expect(() => hello({ name: tooLong }, createTestContext())).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: 'name: is longer than 128 bytes',
        details: [
          {
            type: 'google.rpc.BadRequest',
            value: { fieldViolations: [{ field: 'name', description: 'is longer than 128 bytes' }] },
          },
        ],
      }),
    );
  });

  it('says in the trailer how long it took', async () => {
    const context = createTestContext();
    await hello({ name: 'Ada' }, context);
    expect(context.responseTrailer.get('x-duration-ms')).toEqual([expect.stringMatching(/^\d+\.\d{3}$/)]);
  });

  it('sends a note back as the bytes that it was, in the trailer', async () => {
    const metadata = new Metadata();
    metadata.set('note-bin', Buffer.of(0, 255, 10));
    const context = createTestContext({ metadata });
    await hello({ name: 'Ada' }, context);
    expect(readBytes(context.responseTrailer, 'note-bin')).toEqual(Buffer.of(0, 255, 10));
  });

  it('refuses a note that is longer than 1024 bytes', () => {
    const metadata = new Metadata();
    metadata.set('note-bin', Buffer.alloc(1025));
    expect(() => hello({ name: 'Ada' }, createTestContext({ metadata }))).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: 'note-bin: is longer than 1024 bytes' }),
    );
  });
});
