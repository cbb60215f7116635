import { randomBytes } from 'node:crypto';
import { createClient } from '@streamworks/common';
import { until, type ServiceProcess } from '@streamworks/common/testing';
import { StreamService } from '@streamworks/proto/stream_service';
import { createFolder } from './create-folder.js';
import { toOwnConnection } from './own-connection.js';
import { startStream } from './start-stream.js';
import { uploadBytes } from './upload-bytes.js';

/** What a service holds for readers who do not read. */
export interface PauseCounts {
  readonly downloads: number;
  /** Resident memory before them, and the most while they stood still. */
  readonly beforeMiB: number;
  readonly mostMiB: number;
  readonly eachKiB: number;
}

const FILE_BYTES = 16 * 2 ** 20;
const ON_ONE_CONNECTION = 20;
const LOOKS = 20;

/** Begins downloads, all at once, whose clients take the first chunk and no other. */
export async function pauseDownloads({ downloads }: { readonly downloads: number }): Promise<PauseCounts> {
  await using folder = await createFolder();
  await using service = await startStream(folder.path);
  const connections = Math.ceil(downloads / ON_ONE_CONNECTION);
  const clients = Array.from({ length: connections }, (_, index) =>
    createClient(StreamService, service.target, toOwnConnection(index)),
  );
  const { fileId } = await uploadBytes(clients[0]!, randomBytes(FILE_BYTES));
  for await (const _chunk of clients[0]!.downloadFile({ fileId })); // what the first one needs, the process keeps
  const before = await readResident(service);
  const paused = Array.from({ length: downloads }, (_, index) =>
    clients[index % connections]!.downloadFile({ fileId }),
  );
  await Promise.all(paused.map((chunks) => chunks.next()));
  await until(async () => (await service.countOpenCalls('DownloadFile')) === downloads);
  let most = before;
  for (let look = 0; look < LOOKS; look += 1) most = Math.max(most, await readResident(service));
  for (const client of clients) client.$close();
  const toMiB = (bytes: number): number => Math.round(bytes / 2 ** 20);
  return {
    downloads,
    beforeMiB: toMiB(before),
    mostMiB: toMiB(most),
    eachKiB: Math.round((most - before) / 1024 / downloads),
  };
}

async function readResident(service: ServiceProcess): Promise<number> {
  const metrics = await (await fetch(`${service.metricsUrl}/metrics`)).text();
  return Number(/^process_resident_memory_bytes\S* (\S+)$/m.exec(metrics)?.[1]);
}
