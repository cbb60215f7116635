import { readFileSync } from 'node:fs';
import { StartError } from '@streamworks/common';
import { readSettingRows, toSettingRow } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { chatSettings, readConfig } from './config.js';

describe('the settings of the chat', () => {
  it('are these where nothing is set', () => {
    expect(readConfig({})).toMatchObject({
      service: 'chat',
      port: 9090,
      receiveIdleMs: 5_000,
      backlogBytes: 1_048_576,
      rooms: 100,
      mostAgeMs: undefined,
      mostBytes: undefined,
      database: { url: 'sqlite:chat.db' },
    });
  });

  it('say how long and how much is kept', () => {
    const config = readConfig({ CHAT_KEEP_DAYS: '2', CHAT_KEEP_BYTES: '1000', CHAT_RECEIVE_IDLE: '1s' });
    expect(config).toMatchObject({ mostAgeMs: 172_800_000, mostBytes: 1000, receiveIdleMs: 1000 });
  });

  it.each([
    { CHAT_KEEP_DAYS: '0' },
    { CHAT_KEEP_DAYS: '1.5' },
    { CHAT_KEEP_BYTES: 'all' },
    { CHAT_RECEIVE_IDLE: '0s' },
    { CHAT_BACKLOG: '1' },
    { CHAT_ROOMS: '101' },
  ])('may not be %j', (environment) => {
    expect(() => readConfig(environment)).toThrow(StartError);
  });
});

it('are described in the README as they are', () => {
  const rows = readSettingRows(readFileSync(new URL('../README.md', import.meta.url), 'utf8'));
  expect(rows).toEqual(Object.values(chatSettings).map(toSettingRow));
});
