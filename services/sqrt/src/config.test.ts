import { expect, it } from 'vitest';
import { readConfig } from './config.js';

it('gives the ports of the service, and takes others from the environment', () => {
  expect(readConfig({})).toMatchObject({ service: 'sqrt', port: 8083, metricsPort: 18083 });
  expect(readConfig({ SQRT_PORT: '1234' })).toMatchObject({ port: 1234, metricsPort: 11234 });
  expect(readConfig({ SQRT_PORT: '1234', SQRT_METRICS_PORT: 'off' })).toMatchObject({ metricsPort: 'off' });
});
