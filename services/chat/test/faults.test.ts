import { runProcess } from '@streamworks/common/testing';
import { startPostgres, type TestPostgres } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killInTalk } from './torture/kill-in-talk.js';
import { createFolder, main, startChat } from './torture/start-chat.js';

/** `pnpm torture` kills two hundred times. */
const KILLS = 4;
const SENDERS = 20;
const nothing = { lost: 0, doubled: 0, disordered: 0 };

describe('on SQLite', { timeout: 180_000 }, () => {
  it('brings everybody each acknowledged message once and in one order, when it is killed', async () => {
    const counts = await killInTalk({ kills: KILLS, senders: SENDERS });
    expect(counts).toMatchObject(nothing);
    expect(counts.acknowledged).toBeGreaterThan(SENDERS);
  });

  it('refuses a second process on its file with one line', async () => {
    await using folder = await createFolder();
    await using _service = await startChat(folder.path);
    const env = { DATA_DIR: folder.path, CHAT_PORT: '0', CHAT_METRICS_PORT: 'off' };
    const { code, stderr } = await runProcess([process.execPath, main], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^[^\n]*chat\.db is in use by another process[^\n]*\n$/);
  });

  it.each([
    [{ CHAT_RECEIVE_IDLE: '1ms' }, /^CHAT_RECEIVE_IDLE="1ms": must be [^\n]*\n$/],
    [{ CHAT_BACKLOG: '0' }, /^CHAT_BACKLOG="0": must be [^\n]*\n$/],
    [{ CHAT_KEEP_DAYS: '0' }, /^CHAT_KEEP_DAYS="0": must be [^\n]*\n$/],
  ])('does not start with %j, and says so in one line', async (env, line) => {
    await using folder = await createFolder();
    const ports = { DATA_DIR: folder.path, CHAT_PORT: '0', CHAT_METRICS_PORT: 'off' };
    const { code, stderr, stdout } = await runProcess([process.execPath, main], { env: { ...ports, ...env } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(line);
  });
});

describe('on PostgreSQL', { timeout: 240_000 }, () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(() => postgres[Symbol.asyncDispose]());

  it('does so, too, when one of two instances is killed, and the database', async () => {
    const counts = await killInTalk({ kills: KILLS, senders: SENDERS, postgres });
    expect(counts).toMatchObject(nothing);
    expect(counts.acknowledged).toBeGreaterThan(SENDERS);
  });
});
