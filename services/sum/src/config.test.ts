import { expect, it } from 'vitest';
import { readConfig } from './config.js';

it('gives the ports of the service, and takes others from the environment', () => {
  expect(readConfig({})).toMatchObject({ service: 'sum', port: 8081, metricsPort: 18081 });
  expect(readConfig({ SUM_PORT: '1234' })).toMatchObject({ port: 1234, metricsPort: 11234 });
  expect(readConfig({ SUM_PORT: '1234', SUM_METRICS_PORT: 'off' })).toMatchObject({ metricsPort: 'off' });
});
