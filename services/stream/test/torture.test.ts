import { describe, expect, it } from 'vitest';
import { cutUploads } from './torture/cut-uploads.js';
import { MOST_KIB } from './torture/files.js';
import { killInImports } from './torture/kill-in-imports.js';
import { killInUploads } from './torture/kill-in-uploads.js';
import { pauseDownloads } from './torture/pause-downloads.js';
import { readPrices } from './torture/read-prices.js';

// What `pnpm torture` does by the thousand.

describe('a service whose clients are cut off', { timeout: 120_000 }, () => {
  it('keeps nothing of uploads that were cut off at any byte, and goes on', async () => {
    expect(await cutUploads({ uploads: 100 })).toEqual({
      cut: 100,
      acknowledged: 0,
      files: 0,
      unfinished: 0,
      goesOn: true,
    });
  });
});

describe('a service whose readers have stopped', { timeout: 120_000 }, () => {
  it('holds some chunks for each of them, and not what they have not read', async () => {
    const counts = await pauseDownloads({ downloads: 200 });
    expect(counts.eachKiB).toBeGreaterThan(0);
    expect(counts.eachKiB).toBeLessThan(MOST_KIB);
  });
});

describe('a service that many read one symbol of', { timeout: 120_000 }, () => {
  it('leaves none of them behind, and nobody gets an older price after a newer one', async () => {
    const counts = await readPrices({ readers: 500, tickMs: 50, ticks: 40 });
    expect(counts).toMatchObject({ disordered: 0, behind: 0 });
    expect(counts.deliveriesPerSecond).toBeGreaterThan(0);
  });
});

describe('a service that is killed', { timeout: 120_000 }, () => {
  it('has every file that it acknowledged, whole, and no other upload', async () => {
    const counts = await killInUploads({ kills: 4, clients: 6 });
    expect(counts).toMatchObject({ lost: 0, broken: 0, left: 0 });
    expect(counts.acknowledged).toBeGreaterThan(0);
  });

  it('has all users whom it acknowledged, and nobody twice when everything is sent again', async () => {
    const counts = await killInImports({ kills: 4, clients: 4 });
    expect(counts).toMatchObject({ lost: 0, twice: 0 });
    expect(counts.acknowledged).toBeGreaterThan(0);
  });
});
