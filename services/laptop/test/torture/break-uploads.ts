import { readdir } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { CallError, createClient, createRandom } from '@streamworks/common';
import { until } from '@streamworks/common/testing';
import { LaptopService } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { toRandomLaptop } from '../../dist/random-laptop.js';
import { toRandomPng } from '../../dist/random-png.js';
import { createFolder, openCatalogue, startLaptop } from './start-laptop.js';

/** How uploads are broken off: cancelled, past their deadline, or cut off with their connection. */
export type Breach = 'cancel' | 'deadline' | 'cut';

export interface UploadPlan {
  readonly uploads: number;
  readonly breach: Breach;
  readonly images: 'database' | 'folder';
}

/** What came of it. */
export interface UploadCounts {
  /** Uploads that were broken off before their end was sent. */
  readonly broken: number;
  /** Images that are stored. */
  readonly stored: number;
  /** Files of whatever name. */
  readonly files: number;
}

const codes: Readonly<Record<Breach, string>> = {
  cancel: 'CANCELLED',
  deadline: 'DEADLINE_EXCEEDED',
  cut: 'UNAVAILABLE',
};

const AT_ONCE = 8;
const LIMIT_MS = 60_000;
const CHUNK = 8 * 1024;

/** Breaks uploads off at random moments, each before its end is sent: not one may leave anything. */
export async function breakUploads({ uploads, breach, images }: UploadPlan): Promise<UploadCounts> {
  await using folder = await createFolder();
  const imageFolder = join(folder.path, 'img');
  const env: Record<string, string> = images === 'folder' ? { LAPTOP_IMAGES: `folder:${imageFolder}` } : {};
  await using service = await startLaptop(folder.path, env);
  await using proxy = await startProxy(service.port);
  const laptop = toRandomLaptop(createRandom(1), new Date());
  const direct = createClient(LaptopService, service.target);
  await direct.createLaptop({ laptop });
  let broken = 0;
  const breakSome = async (share: number): Promise<void> => {
    for (let upload = 0; upload < share; upload += 1) {
      if (await breakUpload(proxy, laptop.id, breach)) broken += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, () => breakSome(Math.ceil(uploads / AT_ONCE))));
  await until(async () => (await service.countOpenCalls('UploadImage')) === 0, LIMIT_MS);
  direct.$close();
  service.kill('SIGTERM');
  await service.ended;
  const { query, close } = await openCatalogue(folder.path);
  const stored = (await query.selectFrom('image').select('uuid').execute()).length;
  await close();
  return { broken, stored, files: images === 'folder' ? (await readdir(imageFolder)).length : 0 };
}

/** Whether the call has ended as one that was broken off. */
async function breakUpload(proxy: Proxy, laptopId: string, breach: Breach): Promise<boolean> {
  const link = await proxy.link();
  const client = createClient(LaptopService, link.target);
  await client.$waitForReady(LIMIT_MS);
  const abort = new AbortController();
  const image = toRandomPng(Math.random, { pixels: 4, bytes: CHUNK * 8 });
  const stop = Math.floor(Math.random() * 9);
  async function* toRequests() {
    yield { info: { laptopId, imageType: 'png' } };
    for (let part = 0; part < stop; part += 1) yield { chunkData: image.subarray(part * CHUNK, (part + 1) * CHUNK) };
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    if (breach === 'cancel') abort.abort();
    if (breach === 'cut') link.cut();
    await new Promise(() => undefined); // its end is never sent
  }
  try {
    await client.uploadImage(toRequests(), {
      signal: abort.signal,
      timeoutMs: breach === 'deadline' ? 5 + Math.random() * 30 : LIMIT_MS,
    });
    return false;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return error.code === codes[breach];
  } finally {
    client.$close();
    await link.close();
  }
}

interface Link {
  readonly target: string;
  cut(): void;
  close(): Promise<void>;
}

interface Proxy extends AsyncDisposable {
  link(): Promise<Link>;
}

/** A way to the service for each upload, which can be cut. */
async function startProxy(port: number): Promise<Proxy> {
  const servers = new Set<ReturnType<typeof createServer>>();
  return {
    async link() {
      const sockets = new Set<Socket>();
      const server = createServer((near) => {
        const far = connect(port, '127.0.0.1');
        for (const socket of [near, far]) {
          sockets.add(socket);
          socket.on('error', () => undefined);
        }
        near.pipe(far).pipe(near);
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      servers.add(server);
      const closed = once(server, 'close');
      const cut = (): void => {
        server.close(); // nobody connects again
        for (const socket of sockets) socket.resetAndDestroy();
      };
      return {
        target: `127.0.0.1:${(server.address() as AddressInfo).port}`, // of a TCP server
        cut,
        async close() {
          cut();
          await closed;
          servers.delete(server);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.close();
    },
  };
}
