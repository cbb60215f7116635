import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Environment, ServiceConfig } from '@streamworks/common';
import { readConfig, type ServiceFolder } from './list-services.js';

/** How often a service is asked. */
const POLL_MS = 100;

/** What is waited for, and how long. */
export interface WaitOptions {
  /** What the services get. */
  readonly environment: Environment;
  readonly limitMs: number;
}

/**
 * Waits until each service takes calls, and gives what each made of the environment; undefined for one that takes none
 * within the limit. Its `/readyz` says it; where there is none, an open port does; a service on a free port that nobody
 * can know counts as ready.
 */
export function waitUntilReady(
  services: readonly ServiceFolder[],
  { environment, limitMs }: WaitOptions,
): Promise<Map<string, ServiceConfig | undefined>> {
  const end = performance.now() + limitMs;
  const waits = services.map(async (service) => {
    for (;;) {
      const config = await askService(service, environment);
      if (config !== undefined || performance.now() > end) return [service.name, config] as const;
      await wait(POLL_MS);
    }
  });
  return Promise.all(waits).then((entries) => new Map(entries));
}

/** The settings are read each time: a service that is being built may have other ones a moment later. */
async function askService(service: ServiceFolder, environment: Environment): Promise<ServiceConfig | undefined> {
  try {
    const config = await readConfig(service, environment);
    return (await isReady(config)) ? config : undefined;
  } catch {
    return undefined; // not built, or nobody listens
  }
}

async function isReady({ host, port, metricsPort }: ServiceConfig): Promise<boolean> {
  const address = toReachable(host);
  if (metricsPort === 'off') return port === 0 || isOpen(address, port);
  if (metricsPort === 0) return true;
  const { ok } = await fetch(`http://${address}:${metricsPort}/readyz`);
  return ok;
}

/** An address that reaches a server that listens on `host`. */
function toReachable(host: string): string {
  if (host === 'localhost' || host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function isOpen(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address.replaceAll(/[[\]]/g, ''));
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
