import { expect, it } from 'vitest';
import { readConfig } from './config.js';

it('listens on port 10000, without metrics, and takes messages of 16 MiB', () => {
  expect(readConfig({})).toMatchObject({ port: 10_000, metricsPort: 'off', maxMessageBytes: 2 ** 24 });
});

it('takes what the environment says', () => {
  const environment = { INTEROP_PORT: '2', INTEROP_METRICS_PORT: '3', DIRECT_HTTP2: 'off' };
  expect(readConfig(environment)).toMatchObject({ port: 2, metricsPort: 3, directHttp2: false });
});
