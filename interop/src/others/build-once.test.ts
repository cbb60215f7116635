import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gate } from '@streamworks/common/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildOnce } from './build-once.js';

describe('buildOnce', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'streamworks-build-once-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const succeed = (text: string) => async (folder: string) => void writeFileSync(join(folder, 'file'), text);
  const read = () => readFileSync(join(root, 'caches/built/file'), 'utf8');
  const built = () => join(root, 'caches/built');

  it('builds once, and keeps it', async () => {
    expect(await buildOnce(built(), succeed('first'))).toBeUndefined();
    expect(await buildOnce(built(), succeed('second'))).toBeUndefined();
    expect(read()).toBe('first');
  });

  it('keeps nothing of a build that fails', async () => {
    const fail = async (folder: string) => {
      await succeed('half')(folder);
      return 'no network';
    };
    expect(await buildOnce(built(), fail)).toBe('no network');
    expect(readdirSync(join(root, 'caches'))).toEqual([]);
  });

  it('keeps one of two that are built at once', async () => {
    const other = gate();
    const slow = async (folder: string) => {
      await other;
      return succeed('slow')(folder);
    };
    const building = buildOnce(built(), slow);
    await buildOnce(built(), succeed('fast'));
    other.open();
    expect(await building).toBeUndefined();
    expect(read()).toBe('fast');
    expect(readdirSync(join(root, 'caches'))).toEqual(['built']);
  });
});
