import { describe, expect, it } from 'vitest';
import { readLimitConfig } from './limit-settings.js';

describe('readLimitConfig', () => {
  it('limits nothing by default', () => {
    expect(readLimitConfig({})).toEqual({ rateLimit: undefined, maxStreamAge: undefined });
  });

  it.each([
    [{ RATE_LIMIT: '5' }, { perSecond: 5, burst: 5 }],
    [
      { RATE_LIMIT: '5', RATE_BURST: '20' },
      { perSecond: 5, burst: 20 },
    ],
    [
      { RATE_LIMIT: '5', RATE_BURST: '1' },
      { perSecond: 5, burst: 1 },
    ],
    [{ RATE_LIMIT: 'off' }, undefined],
  ])('reads %j', (environment, rateLimit) => {
    expect(readLimitConfig(environment).rateLimit).toEqual(rateLimit);
  });

  it('reads the age of a stream', () => {
    expect(readLimitConfig({ MAX_STREAM_AGE: '30m' }).maxStreamAge).toBe(1_800_000);
  });

  it.each([
    [{ RATE_LIMIT: '0' }, 'RATE_LIMIT="0": must be a number of calls from 1 to 1000000, or off'],
    [{ RATE_LIMIT: '1.5' }, 'RATE_LIMIT="1.5": must be a number of calls from 1 to 1000000, or off'],
    [{ RATE_LIMIT: '1', RATE_BURST: '0' }, 'RATE_BURST="0": must be a number of calls from 1 to 1000000'],
    [{ RATE_BURST: '5' }, 'RATE_BURST is set, but RATE_LIMIT is not: it limits nothing'],
    [{ MAX_STREAM_AGE: '0s' }, 'MAX_STREAM_AGE="0s": must be a duration above 0 such as 30m, or off'],
    [{ MAX_STREAM_AGE: 'long' }, 'MAX_STREAM_AGE="long": must be a duration above 0 such as 30m, or off'],
  ])('refuses %j in one line', (environment, message) => {
    expect(() => readLimitConfig(environment)).toThrow(message);
  });
});
