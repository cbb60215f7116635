import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StartError } from '@streamworks/common';
import { readSettingRows, toSettingRow } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { readConfig, routeguideSettings } from './config.js';

const toPath = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

describe('readConfig', () => {
  it('gives the ports of the service, and takes others from the environment', () => {
    expect(readConfig({})).toMatchObject({ service: 'routeguide', port: 50_051, metricsPort: 15_051 });
    expect(readConfig({ ROUTEGUIDE_PORT: '1234' })).toMatchObject({ port: 1234, metricsPort: 11234 });
    expect(readConfig({ ROUTEGUIDE_METRICS_PORT: 'off' })).toMatchObject({ port: 50_051, metricsPort: 'off' });
  });

  it('begins relative paths at the folder of the package', () => {
    expect(readConfig({})).toMatchObject({
      featuresFile: toPath('features.json'),
      notesPerPoint: 1000,
      database: { url: 'sqlite:routeguide.db', dataDir: toPath('data') },
    });
    expect(readConfig({ ROUTEGUIDE_FEATURES: '../x.json' })).toMatchObject({ featuresFile: toPath('../x.json') });
    expect(readConfig({ ROUTEGUIDE_FEATURES: '/x.json' })).toMatchObject({ featuresFile: '/x.json' });
  });

  it.each(['0', '-1', '1000001', 'many'])('refuses to keep %s notes', (value) => {
    const line = `ROUTEGUIDE_NOTES_PER_POINT="${value}": must be a number from 1 to 1000000`;
    expect(() => readConfig({ ROUTEGUIDE_NOTES_PER_POINT: value })).toThrow(new StartError(line));
  });
});

it('has its settings in README.md, each as the code has it', () => {
  const rows = readSettingRows(readFileSync(toPath('README.md'), 'utf8'));
  expect(rows).toEqual(Object.values(routeguideSettings).map(toSettingRow));
});
