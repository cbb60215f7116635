import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StartError } from '@streamworks/common';
import { readSettingRows, toSettingRow } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { readConfig, streamSettings } from './config.js';

const toPath = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

describe('readConfig', () => {
  it('gives the ports of the service, and takes others from the environment', () => {
    expect(readConfig({})).toMatchObject({ service: 'stream', port: 8085, metricsPort: 18_085 });
    expect(readConfig({ STREAM_PORT: '1234' })).toMatchObject({ port: 1234, metricsPort: 11_234 });
  });

  it('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({
      seedUsers: false,
      fileLimit: 1_073_741_824,
      filesQuota: 10_737_418_240,
      uploadStallMs: 30_000,
      tickMs: 1000,
      symbols: 1000,
      pricesFile: undefined,
      pricesSeed: undefined,
      filesFolder: toPath('data/stream-files'),
      database: { url: 'sqlite:stream.db', dataDir: toPath('data') },
    });
  });

  it('begins relative paths at the folder of the package', () => {
    expect(readConfig({ STREAM_PRICES_FILE: '../x.csv' }).pricesFile).toBe(toPath('../x.csv'));
    expect(readConfig({ STREAM_PRICES_FILE: '/x.csv' }).pricesFile).toBe('/x.csv');
    expect(readConfig({ DATA_DIR: '/srv' }).filesFolder).toBe('/srv/stream-files');
    expect(readConfig({ STREAM_PRICES_SEED: '0' }).pricesSeed).toBe(0);
  });

  it.each([
    ['STREAM_SEED_USERS', 'yes', 'on or off'],
    ['STREAM_FILE_LIMIT', '0', 'a number of bytes from 1 to 999999999999999'],
    ['STREAM_FILES_QUOTA', '1e9', 'a number of bytes from 1 to 999999999999999'],
    ['STREAM_UPLOAD_STALL', '0s', 'a duration of at least 100ms, such as 30s'],
    ['STREAM_TICK_MS', '0', 'a number from 1 to 86400000'],
    ['STREAM_SYMBOLS', '0', 'a number from 1 to 1000000'],
    ['STREAM_PRICES_SEED', '4294967296', 'a number from 0 to 4294967295, or random'],
  ])('refuses %s=%s', (variable, value, allowed) => {
    expect(() => readConfig({ [variable]: value })).toThrow(
      new StartError(`${variable}="${value}": must be ${allowed}`),
    );
  });
});

it('has its settings in README.md, each as the code has it', () => {
  const rows = readSettingRows(readFileSync(toPath('README.md'), 'utf8'));
  expect(rows).toEqual(Object.values(streamSettings).map(toSettingRow));
});
