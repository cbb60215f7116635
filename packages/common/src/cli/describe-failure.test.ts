import { EncodeError } from '@streamworks/proto';
import { expect, it } from 'vitest';
import { CallError } from '../errors/call-error.js';
import type { ErrorCode } from '../errors/status-error.js';
import { describeFailure } from './describe-failure.js';
import { UsageError } from './usage-error.js';

const command = { name: 'pow', target: 'localhost:8082', parameters: '', description: '', run: async () => undefined };
const describeCall = (code: ErrorCode, message: string): string =>
  describeFailure(new CallError({ code, message, method: '/a.B/C' }), command);

it('gives the code and the message of a call that failed', () => {
  expect(describeCall('OUT_OF_RANGE', 'number: too large')).toBe('OUT_OF_RANGE: number: too large');
});

it('says how to start the service where nobody answers, and why that is so', () => {
  const message = 'nothing listens on localhost:1 [connect ECONNREFUSED 127.0.0.1:1]';
  expect(describeCall('UNAVAILABLE', message)).toBe(
    'UNAVAILABLE: nothing listens on localhost:1 [connect ECONNREFUSED 127.0.0.1:1]\n' +
      'Is the service running? Start all with: pnpm dev (by default pow listens on localhost:8082)',
  );
  expect(describeCall('UNAVAILABLE', 'the server is shutting down')).toContain('the server is shutting down\n');
});

it('does not ask whether the service runs where TLS is what fails', () => {
  const message = 'the certificate of localhost:8082 has expired: its server needs a new one [certificate has expired]';
  expect(describeCall('UNAVAILABLE', message)).toBe(`UNAVAILABLE: ${message}`);
});

it('wonders whether the target is another service where the method is not known', () => {
  expect(describeCall('UNIMPLEMENTED', 'unknown method')).toMatch(/^UNIMPLEMENTED: unknown method\nIs this another/);
});

it('points at --help after a usage error', () => {
  expect(describeFailure(new UsageError('x is no integer'), command)).toBe(
    'x is no integer\nTry: pnpm client pow --help',
  );
});

it('says plain errors in their words, and shows where others come from', () => {
  expect(describeFailure(new Error('a wrong answer'), command)).toBe('a wrong answer');
  expect(describeFailure(new EncodeError('range', 'number', 'too large'), command)).toBe('number: too large');
  expect(describeFailure(new TypeError('x is not a function'), command)).toContain('describe-failure.test');
  expect(describeFailure('thrown', command)).toBe('thrown');
});
