import { collect, createTestContext } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { createHandlers } from './handlers.js';

const { pow } = createHandlers();

describe('pow', () => {
  it('streams the powers 0 to 9', async () => {
    const responses = await collect(pow({ number: 10n }, createTestContext()) as AsyncIterable<unknown>);
    expect(responses).toEqual(Array.from({ length: 10 }, (_, exponent) => ({ number: 10n ** BigInt(exponent) })));
  });

  it('makes one power at a time, as they are asked for', async () => {
    const responses = pow({ number: 2n }, createTestContext()) as AsyncGenerator<unknown>;
    expect(await responses.next()).toEqual({ done: false, value: { number: 1n } });
    expect(await responses.next()).toEqual({ done: false, value: { number: 2n } });
    expect(await responses.return(undefined)).toMatchObject({ done: true });
  });
});
