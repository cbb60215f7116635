import { randomBytes, randomInt } from 'node:crypto';
import { CallError, createClient } from '@streamworks/common';
import { until } from '@streamworks/common/testing';
import { StreamService } from '@streamworks/proto/stream_service';
import { createFolder } from './create-folder.js';
import { startStream } from './start-stream.js';
import { readStoredFiles } from './stored-files.js';
import { downloadBytes, toId, uploadBytes } from './upload-bytes.js';

/** How a service is killed while clients upload. */
export interface KillPlan {
  readonly kills: number;
  /** How many clients there are at a time. */
  readonly clients: number;
}

/** What came of it. */
export interface UploadKillCounts {
  /** Files of which a client was told that they are stored. */
  readonly acknowledged: number;
  /** Of those, how many were not there after a kill, or were others. */
  readonly lost: number;
  /** Files that were there and not whole. */
  readonly broken: number;
  /** Uploads that a kill had left and the next start removed. */
  readonly swept: number;
  /** Uploads that were there after that start. */
  readonly left: number;
}

const LARGEST = 300_000;
const MOST_ACKNOWLEDGED = 40;
const LIMIT_MS = 30_000;

/** Kills a service with SIGKILL, again and again, each time after a random number of uploads. */
export async function killInUploads({ kills, clients }: KillPlan): Promise<UploadKillCounts> {
  await using folder = await createFolder();
  const counts = { acknowledged: 0, lost: 0, broken: 0, swept: 0, left: 0 };
  let acknowledged = new Set<string>();
  for (let kill = 0; kill <= kills; kill += 1) {
    await using service = await startStream(folder.path);
    counts.swept += Number(service.logs.find(({ msg }) => msg === 'files')?.['leftovers']);
    const { whole, broken, uploads } = await readStoredFiles(folder.path);
    counts.lost += [...acknowledged].filter((id) => !whole.has(id)).length;
    counts.broken += broken.length;
    counts.left += uploads.length;
    counts.lost += await countUnread(service.target, acknowledged);
    if (kill === kills) break;
    acknowledged = new Set();
    const enough = randomInt(MOST_ACKNOWLEDGED);
    const ended = Array.from({ length: clients }, () => uploadUntilLost(service.target, acknowledged));
    await until(() => acknowledged.size >= enough, LIMIT_MS);
    service.kill('SIGKILL');
    await Promise.all([service.ended, ...ended]);
    counts.acknowledged += acknowledged.size;
  }
  return counts;
}

async function uploadUntilLost(target: string, acknowledged: Set<string>): Promise<void> {
  const client = createClient(StreamService, target);
  try {
    for (;;) {
      const bytes = randomBytes(randomInt(LARGEST));
      const { fileId } = await uploadBytes(client, bytes);
      if (fileId !== toId(bytes)) throw new Error('the id is not the hash');
      acknowledged.add(fileId);
    }
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
  } finally {
    client.$close();
  }
}

/** How many files the service does not send as they were. */
async function countUnread(target: string, ids: ReadonlySet<string>): Promise<number> {
  const client = createClient(StreamService, target);
  let unread = 0;
  for (const id of ids) {
    const bytes = await downloadBytes(client, id).catch(() => undefined);
    if (bytes === undefined || toId(bytes) !== id) unread += 1;
  }
  client.$close();
  return unread;
}
