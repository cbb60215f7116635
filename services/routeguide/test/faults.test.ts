import { createClient, type CallError } from '@streamworks/common';
import { collect, runProcess, until } from '@streamworks/common/testing';
import { RouteGuide } from '@streamworks/proto/routeguide/route_guide';
import { startPostgres, type TestPostgres } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPrefix, readMessages, startChatter } from './torture/chatter.js';
import { killInChat } from './torture/kill-in-chat.js';
import { hasStrace } from './torture/notes.js';
import { readSlowly } from './torture/read-slowly.js';
import { createFolder, main, startRouteguide } from './torture/start-routeguide.js';
import { traceReplies } from './torture/trace-replies.js';

/** `pnpm torture` kills two hundred times, and has a million features. */
const KILLS = 6;
const FEATURES = 100_000;

describe('on SQLite', { timeout: 120_000 }, () => {
  it('loses no note that somebody has got back, and keeps their order, when it is killed', async () => {
    const counts = await killInChat({ kills: KILLS, clients: 8 });
    expect(counts).toMatchObject({ lost: 0, disordered: 0 });
    expect(counts.acknowledged).toBeGreaterThan(0);
  });

  it.skipIf(!hasStrace())('waits for the disk before each reply', async () => {
    const { replies, syncs, early } = await traceReplies(40);
    expect({ replies, early }).toEqual({ replies: 40, early: 0 });
    expect(syncs).toBeGreaterThan(20);
  });

  it('refuses a second process on its file with one line, and leaves the first alone', async () => {
    await using folder = await createFolder();
    await using service = await startRouteguide(folder.path);
    const env = { DATA_DIR: folder.path, ROUTEGUIDE_PORT: '0', ROUTEGUIDE_METRICS_PORT: 'off' };
    const { code, stderr } = await runProcess([process.execPath, main], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^[^\n]*routeguide\.db is in use by another process[^\n]*\n$/);
    expect(await readMessages(service.target, { latitude: 1, longitude: 1 })).toHaveLength(1);
  });

  it('has its notes after an orderly stop, too', async () => {
    await using folder = await createFolder();
    const location = { latitude: 1, longitude: 1 };
    for (const count of [1, 2, 3]) {
      await using service = await startRouteguide(folder.path);
      expect(await readMessages(service.target, location)).toHaveLength(count);
      service.kill('SIGTERM');
      expect(await service.ended).toEqual({ code: 0, signal: null });
      expect(service.stderr).toBe('');
    }
  });

  it.each([
    [{ ROUTEGUIDE_FEATURES: 'nowhere.json' }, /^ROUTEGUIDE_FEATURES: .*nowhere\.json: cannot be read: [^\n]*\n$/],
    [{ ROUTEGUIDE_NOTES_PER_POINT: '0' }, /^ROUTEGUIDE_NOTES_PER_POINT="0": must be [^\n]*\n$/],
    [{ ROUTEGUIDE_DATABASE_URL: 'mysql://x' }, /^ROUTEGUIDE_DATABASE_URL="mysql:\/\/x": must be [^\n]*\n$/],
  ])('does not start with %j, and says so in one line', async (env, line) => {
    await using folder = await createFolder();
    const ports = { DATA_DIR: folder.path, ROUTEGUIDE_PORT: '0', ROUTEGUIDE_METRICS_PORT: 'off' };
    const { code, stderr, stdout } = await runProcess([process.execPath, main], { env: { ...ports, ...env } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(line);
  });
});

describe('with very many features', { timeout: 120_000 }, () => {
  it('gives all of them in order, and keeps nothing for readers that stop', async () => {
    const counts = await readSlowly({ features: FEATURES, stopped: 20 });
    expect(counts).toMatchObject({ read: FEATURES, openAfter: 0 });
    expect(counts.grownMiB).toBeLessThan(64);
  });
});

describe('on PostgreSQL', { timeout: 120_000 }, () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(() => postgres[Symbol.asyncDispose]());

  it('has one order of the notes of a point for 50 clients on two instances', async () => {
    await using folder = await createFolder();
    const env = { ROUTEGUIDE_DATABASE_URL: await postgres.createDatabase() };
    // Both at once: one of them runs the migrations.
    const [one, other] = await Promise.all([startRouteguide(folder.path, env), startRouteguide(folder.path, env)]);
    await using _one = one;
    await using _other = other;
    const location = { latitude: -900_000_000, longitude: 1_800_000_000 };
    const chatters = Array.from({ length: 50 }, (_, index) =>
      startChatter({
        target: index % 2 === 0 ? one.target : other.target,
        location,
        name: String(index),
        waits: index % 4 < 2,
        count: 8,
      }),
    );
    await Promise.all(chatters.map(({ ended }) => ended));
    const all = await readMessages(one.target, location);
    expect(new Set(all).size).toBe(50 * 8 + 1);
    const replays = chatters.flatMap((chatter) => chatter.replays);
    expect(replays).toHaveLength(50 * 8);
    expect(replays.filter((replay) => !isPrefix(replay, all))).toEqual([]);
    expect(chatters.flatMap(({ rest }) => rest)).toEqual([]);
  });

  it('says UNAVAILABLE while the database is away, answers what needs none, and recovers by itself', async () => {
    await using folder = await createFolder();
    await using service = await startRouteguide(folder.path, {
      ROUTEGUIDE_DATABASE_URL: await postgres.createDatabase(),
    });
    const toReady = async () => (await fetch(`${service.metricsUrl}/readyz`)).status;
    const location = { latitude: 1, longitude: 1 };
    const client = createClient(RouteGuide, service.target);
    expect(await readMessages(service.target, location)).toHaveLength(1);
    expect(await toReady()).toBe(200);
    await postgres.kill();
    await until(async () => (await toReady()) === 503);
    const chat = collect(client.routeChat([{ location, message: 'a' }]));
    const error = await chat.catch((reason: unknown) => reason as CallError);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', statusMessage: 'the database cannot be reached' });
    expect(await client.getFeature(location)).toEqual({ name: '', location });
    await postgres.start();
    await until(async () => (await toReady()) === 200, 30_000);
    expect(await readMessages(service.target, location)).toHaveLength(2);
    client.$close();
  });
});
