import { EncodeError } from '@streamworks/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallError } from './call-error.js';
import { decodeDetails } from './error-details.js';
import { invalidArgument, StatusError, toStatusCode } from './status-error.js';
import { toResponseError, toStatus, toWireMessage } from './to-status.js';

describe('toStatus', () => {
  it('passes a StatusError on with its code, message and details', () => {
    const { code, message, details, unexpected } = toStatus(invalidArgument('name', 'is too long'));
    expect({ code, message, unexpected }).toEqual({
      code: 'INVALID_ARGUMENT',
      message: 'name: is too long',
      unexpected: false,
    });
    expect(decodeDetails(details ?? Buffer.alloc(0))).toMatchObject([
      { type: 'google.rpc.BadRequest', value: { fieldViolations: [{ field: 'name', description: 'is too long' }] } },
    ]);
  });

  it('calls a response that does not fit its field OUT_OF_RANGE and names the field', () => {
    expect(toStatus(toResponseError(new EncodeError('range', 'sum', '1e99 does not fit')))).toMatchObject({
      code: 'OUT_OF_RANGE',
      message: 'sum: 1e99 does not fit',
    });
  });

  it.each([
    ['an Error', new Error('secret password')],
    ['a thrown string', 'secret password'],
    ['undefined', undefined],
    ['a request of a call inside that does not fit', new EncodeError('range', 'secret', 'does not fit')],
    ['a value of the wrong type in a response', new EncodeError('type', 'sum', 'secret password')],
    [
      'an error of a call that the handler made',
      new CallError({ code: 'NOT_FOUND', message: 'secret', method: '/a/B' }),
    ],
    ['an object that looks like a grpc-js error', Object.assign(new Error('secret'), { code: 5, details: 'secret' })],
  ])('says nothing about %s', (_name, error) => {
    expect(toStatus(error)).toEqual({ code: 'INTERNAL', message: 'internal error', unexpected: true });
  });

  it('keeps the status of an error whose details cannot be encoded, and shows it to the log', () => {
    const details = [{ type: 'google.rpc.RetryInfo', value: { retryDelay: { seconds: 2n ** 70n } } }] as const;
    const status = toStatus(new StatusError('UNAVAILABLE', 'later', { details }));
    expect(status).toEqual({ code: 'UNAVAILABLE', message: 'later', unexpected: true });
  });

  it('leaves details out, from the last, until they fit in 4 KiB', () => {
    const detail = (text: string) => ({ type: 'google.rpc.LocalizedMessage', value: { message: text } }) as const;
    const details = [detail('first'), detail('x'.repeat(5000)), detail('third')];
    const status = toStatus(new StatusError('ABORTED', 'no', { details }));
    expect(decodeDetails(status.details ?? Buffer.alloc(0))).toMatchObject([{ value: { message: 'first' } }]);
  });
});

describe('toWireMessage', () => {
  it('is at most 1 KiB when percent-encoded, well-formed, and a beginning of the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        const message = toWireMessage(text);
        expect(encodeURI(message).length).toBeLessThanOrEqual(1024);
        expect(text.toWellFormed().startsWith(message)).toBe(true);
      }),
    );
  });

  it('keeps a message that fits', () => {
    expect(toWireMessage('größer als 3 💥')).toBe('größer als 3 💥');
  });

  it('replaces half of a surrogate pair, which grpc-js could not encode', () => {
    expect(toWireMessage('a\ud800b')).toBe('a\ufffdb');
  });
});

describe('CallError', () => {
  it('has the decoded details, and keeps the bytes of a detail that is not known here', () => {
    const encoded = toStatus(invalidArgument('name', 'is empty')).details;
    const error = new CallError({
      code: 'ABORTED',
      message: 'x',
      method: '/a/B',
      ...(encoded && { details: encoded }),
    });
    expect(error.details[0]).toMatchObject({ value: { fieldViolations: [{ field: 'name' }] } });
    expect(error.message).toBe('/a/B: ABORTED: x');
  });

  it('survives details that are garbage', () => {
    const error = new CallError({ code: 'ABORTED', message: 'x', method: '/a/B', details: Buffer.from('\xff\xff') });
    expect(error.details).toEqual([]);
  });
});

describe('toStatusCode', () => {
  it('names the codes and calls an undefined one UNKNOWN', () => {
    expect([0, 11, 16, 17, -1].map(toStatusCode)).toEqual([
      'OK',
      'OUT_OF_RANGE',
      'UNAUTHENTICATED',
      'UNKNOWN',
      'UNKNOWN',
    ]);
  });
});
