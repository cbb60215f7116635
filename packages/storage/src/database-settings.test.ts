import { readFileSync } from 'node:fs';
import { readSettingRows, toSettingRow } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { databaseSettings, readDatabaseConfig } from './database-settings.js';

const folder = new URL('file:///srv/pow/');
const read = (environment: Record<string, string>) => readDatabaseConfig(environment, { service: 'pow', folder });

describe('readDatabaseConfig', () => {
  it('has a default for everything', () => {
    expect(read({})).toEqual({
      url: 'sqlite:pow.db',
      dataDir: '/srv/pow/data',
      folder: '/srv/pow/',
      waitMs: 30_000,
      statementTimeoutMs: 10_000,
      poolSize: 10,
    });
  });

  it.each([
    ['sqlite:notes.db'],
    ['sqlite:/var/lib/notes.db'],
    ['postgres://db/notes'],
    ['postgres://ann:%25zz@%2Fvar%2Frun%2Fpostgresql/notes'],
    ['postgresql://ann:secret@db:5433/notes?sslmode=verify-full&sslrootcert=ca.pem'],
  ])('takes %s', (url) => {
    expect(read({ POW_DATABASE_URL: url }).url).toBe(url);
  });

  it.each([
    ['sqlite:', '"sqlite:"'],
    ['sqlite://notes.db', '"sqlite://notes.db"'],
    ['mysql://ann:hunter2@db/notes', '"mysql://db/notes"'],
    ['postgres://ann:hunter2@db', '"postgres://db"'],
    ['postgres://ann:hunter2%zz@db/notes', '"postgres://db/notes"'],
    ['postgres://ann%:hunter2@db/notes', '"postgres://db/notes"'],
    ['postgres://ann:hunter2@db/notes%zz', '"postgres://db/notes%zz"'],
    ['postgres://ann:hunter2@%ff/notes', '"postgres://%ff/notes"'],
    ['postgres://ann:hunter2@db/notes?sslmode=prefer', '"postgres://db/notes?…"'],
    ['postgres://ann:hunter2@db/notes?sslmode=verify-ca', '"postgres://db/notes?…"'],
  ])('refuses %s without showing a password', (url, shown) => {
    expect(() => read({ POW_DATABASE_URL: url })).toThrow(
      `POW_DATABASE_URL=${shown}: must be sqlite:FILE, or postgres:`,
    );
  });

  it.each([
    [{ DATABASE_WAIT: 'long' }, 'DATABASE_WAIT="long": must be a duration'],
    [{ DATABASE_STATEMENT_TIMEOUT: '0s' }, 'DATABASE_STATEMENT_TIMEOUT="0s": must be a duration of at least 100ms'],
    [{ DATABASE_POOL: '0' }, 'DATABASE_POOL="0": must be a number from 1 to 1000'],
  ])('refuses %j', (environment, message) => {
    expect(() => read(environment)).toThrow(message);
  });
});

it('has its settings in docs/settings.md, each as the code has it', () => {
  const text = readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8');
  const [, docs = ''] = text.split('\n## State\n');
  expect(readSettingRows(docs)).toEqual(Object.values(databaseSettings('pow')).map(toSettingRow));
});
