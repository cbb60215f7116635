import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSettingRows, toSettingRow } from '../testing/setting-rows.js';
import { createServiceSettings, readServiceConfig } from './service-config.js';
import { readSettings, schemas, StartError, type Environment, type Setting } from './setting.js';

const readPow = (environment: Environment) => readServiceConfig(environment, { service: 'pow', port: 8082 });

function startError(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('readServiceConfig', () => {
  it('has a default for everything', () => {
    expect(readPow({})).toMatchObject({
      service: 'pow',
      host: 'localhost',
      port: 8082,
      metricsPort: 18082,
      logLevel: 'info',
      shutdownGrace: 10_000,
      maxMessageBytes: 4_194_304,
      reflection: true,
    });
  });

  it.each([
    [{ POW_PORT: '9000' }, 19_000],
    [{ POW_PORT: '0' }, 0],
    [{ POW_PORT: '0', POW_METRICS_PORT: '1234' }, 1234],
    [{ POW_METRICS_PORT: 'off' }, 'off'],
  ])('puts the metrics of %j on %s', (environment, metricsPort) => {
    expect(readPow(environment).metricsPort).toBe(metricsPort);
  });

  it('keeps a metrics port of its own for a service that has one', () => {
    const defaults = { service: 'routeguide', port: 50_051, metricsPort: 15_051 };
    expect(readServiceConfig({}, defaults).metricsPort).toBe(15_051);
  });

  it('asks for the metrics port where none can be derived', () => {
    expect(startError(() => readPow({ POW_PORT: '60000' }))).toContain('POW_METRICS_PORT');
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readPow({ POW_PORT: '' }).port).toBe(8082);
  });

  it.each([
    ['500ms', 500],
    ['3s', 3_000],
    ['2m', 120_000],
    ['10', 10_000],
    ['0.5s', 500],
  ])('reads the duration %s', (text, ms) => {
    expect(readPow({ SHUTDOWN_GRACE: text }).shutdownGrace).toBe(ms);
  });

  it.each([
    [{ POW_PORT: '70000' }, 'POW_PORT="70000": must be a port number from 0 to 65535'],
    [{ POW_PORT: '8082a' }, 'POW_PORT="8082a": must be a port number from 0 to 65535'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL="loud": must be one of trace, debug, info, warn, error, fatal, silent'],
    [{ SHUTDOWN_GRACE: '-1s' }, 'SHUTDOWN_GRACE="-1s": must be a duration such as 10s or 500ms'],
    [{ SHUTDOWN_GRACE: '3000000s' }, 'SHUTDOWN_GRACE="3000000s": must be a duration such as 10s or 500ms'],
    [{ REFLECTION: 'yes' }, 'REFLECTION="yes": must be on or off'],
    [{ HOST: 'a b' }, 'HOST="a b": must be a host name or an IP address'],
  ])('says in one line what is wrong with %j', (environment, message) => {
    expect(startError(() => readPow(environment))).toBe(message);
  });

  it.each([
    [{ NODE_ENV: 'production' }, false],
    [{ NODE_ENV: 'production', REFLECTION: 'on' }, true],
    [{ REFLECTION: 'off' }, false],
  ])('serves reflection under %j: %s', (environment, reflection) => {
    expect(readPow(environment).reflection).toBe(reflection);
  });
});

describe('readSettings', () => {
  const setting = (variable: string): Setting<number> => ({
    variable,
    description: '',
    allowed: 'a number',
    default: '1',
    schema: schemas.integer(0, 9),
  });

  it('does not show a secret', () => {
    const message = startError(() => readSettings({ API_KEY: 'hunter2' }, { value: setting('API_KEY') }));
    expect(message).toBe('API_KEY=[hidden]: must be a number');
  });

  it('shows a URL without user and password', () => {
    const value = 'postgres://ann:hunter2@db/x';
    expect(startError(() => readSettings({ URL: value }, { value: setting('URL') }))).toContain('"postgres://db/x"');
  });
});

it('has its settings in docs/settings.md, each as the code has it', () => {
  const text = readFileSync(new URL('../../../../docs/settings.md', import.meta.url), 'utf8');
  const [docs = ''] = text.split('\n## State\n'); // those of services that store are tested in packages/storage
  const settings = createServiceSettings({ service: 'pow', port: 8082 });
  const logFormat = { ...settings.logFormat, default: 'json' }; // it is pretty where tests have a terminal
  expect(readSettingRows(docs).toSorted()).toEqual(
    Object.values({ ...settings, logFormat })
      .map(toSettingRow)
      .toSorted(),
  );
});
