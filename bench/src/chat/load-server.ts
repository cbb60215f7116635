import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServiceProcess } from '@streamworks/common/testing';
import type { Announcement, UsageRequest } from '../process/messages.js';
import type { Usage } from '../process/usage.js';
import { nextMessage, startChild, stopChild } from '../run/child.js';

/** What a server has used. */
export interface ServerUsage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/** A server that a load goes to. */
export interface LoadServer extends AsyncDisposable {
  readonly target: string;
  /** Undefined where it does not say. */
  readUsage(): Promise<ServerUsage | undefined>;
}

const main = fileURLToPath(new URL('../../../services/chat/dist/main.js', import.meta.url));

/** Starts services/chat on SQLite, in a folder that goes with it. */
export async function startOurChat(): Promise<LoadServer> {
  const folder = await mkdtemp(join(tmpdir(), 'streamworks-load-'));
  const env = { DATA_DIR: folder, CHAT_PORT: '0', CHAT_METRICS_PORT: '0', LOG_LEVEL: 'info' };
  const service = await startServiceProcess(main, env);
  return {
    ...toLoadServer(service.target, `${service.metricsUrl}/metrics`),
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts the chat on plain grpc-js. */
export async function startPlainChat(): Promise<LoadServer> {
  const child = startChild('plain-chat');
  const { port } = await nextMessage<Announcement>(child);
  return {
    target: `127.0.0.1:${port}`,
    async readUsage() {
      const usage = nextMessage<Usage>(child);
      child.send({ collect: false } satisfies UsageRequest);
      const { cpuMicros, rssBytes } = await usage;
      return { cpuSeconds: cpuMicros / 1e6, residentBytes: rssBytes };
    },
    [Symbol.asyncDispose]: () => stopChild(child),
  };
}

/** A server that runs already, and the URL of its metrics; empty: it does not say what it uses. */
export function toLoadServer(target: string, metrics: string): LoadServer {
  return {
    target,
    async readUsage() {
      if (metrics === '') return undefined;
      const text = await (await fetch(metrics)).text();
      const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
      return { cpuSeconds: read('process_cpu_seconds_total'), residentBytes: read('process_resident_memory_bytes') };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
