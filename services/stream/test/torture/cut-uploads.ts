import { randomBytes, randomInt } from 'node:crypto';
import { CallError, createClient } from '@streamworks/common';
import { until } from '@streamworks/common/testing';
import { StreamService } from '@streamworks/proto/stream_service';
import { createFolder } from './create-folder.js';
import { startCutProxy } from './cut-proxy.js';
import { startStream } from './start-stream.js';
import { readStoredFiles } from './stored-files.js';
import { uploadBytes } from './upload-bytes.js';

/** How many uploads are cut off. */
export interface CutPlan {
  readonly uploads: number;
}

/** What came of them. */
export interface CutCounts {
  /** Uploads that were cut off, at a random one of their bytes. */
  readonly cut: number;
  /** Uploads of which the client was told that they are stored. */
  readonly acknowledged: number;
  /** Files that were there afterwards. */
  readonly files: number;
  /** Uploads that were there afterwards. */
  readonly unfinished: number;
  /** Whether an upload that nobody cut off was stored after all of them. */
  readonly goesOn: boolean;
}

const LARGEST = 400_000;
const TOGETHER = 10;

/** Cuts uploads off, each on a connection of its own, at a random byte. */
export async function cutUploads({ uploads }: CutPlan): Promise<CutCounts> {
  await using folder = await createFolder();
  await using service = await startStream(folder.path);
  const counts = { cut: 0, acknowledged: 0 };

  async function cutOne(): Promise<void> {
    const bytes = randomBytes(randomInt(1, LARGEST));
    const limit = randomInt(1, bytes.length + 1); // the upload is longer than its bytes
    await using proxy = await startCutProxy(service.port, limit);
    const client = createClient(StreamService, proxy.target);
    try {
      await uploadBytes(client, bytes);
      counts.acknowledged += 1;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      counts.cut += 1;
    } finally {
      client.$close();
    }
  }

  for (let done = 0; done < uploads; done += TOGETHER) {
    await Promise.all(Array.from({ length: Math.min(TOGETHER, uploads - done) }, cutOne));
  }
  await until(async () => (await service.countOpenCalls('UploadFile')) === 0);
  const isEmpty = async (): Promise<boolean> => (await readStoredFiles(folder.path)).uploads.length === 0;
  await until(isEmpty).catch(() => undefined); // what is left is counted
  const { whole, broken, uploads: uploadsLeft } = await readStoredFiles(folder.path);
  const client = createClient(StreamService, service.target);
  const { totalSize } = await uploadBytes(client, randomBytes(1000));
  client.$close();
  return {
    ...counts,
    files: whole.size + broken.length,
    unfinished: uploadsLeft.length,
    goesOn: totalSize === 1000n,
  };
}
