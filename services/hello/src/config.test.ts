import { expect, it } from 'vitest';
import { readConfig } from './config.js';

it('gives the ports of the service, and takes others from the environment', () => {
  expect(readConfig({})).toMatchObject({ service: 'hello', port: 8080, metricsPort: 18080 });
  expect(readConfig({ HELLO_PORT: '1234' })).toMatchObject({ port: 1234, metricsPort: 11234 });
  expect(readConfig({ HELLO_PORT: '1234', HELLO_METRICS_PORT: 'off' })).toMatchObject({ metricsPort: 'off' });
});
