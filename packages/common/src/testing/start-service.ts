import { readServiceConfig, type ServiceConfig } from '../config/service-config.js';
import { createLogger } from '../logging/create-logger.js';
import type { Service } from '../rpc/define-service.js';
import { serve, type RunningServer, type ServeOptions } from '../rpc/serve.js';

/** A real server on a free port of this machine. */
export interface TestServer extends RunningServer {
  /** What a client is given. */
  readonly target: string;
  /** The lines that the server has logged. */
  readonly logs: readonly Record<string, unknown>[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a test may set. */
export interface StartServiceOptions extends Partial<
  Pick<ServeOptions, 'aliases' | 'interceptors' | 'tls' | 'isReady' | 'onDraining' | 'onStopped'>
> {
  readonly config?: Partial<ServiceConfig>;
}

/** Serves the services on a free port, as their process would; with a short grace period, and no HTTP side unless it has a port. */
export async function startService(
  services: readonly Service[],
  { config, ...options }: StartServiceOptions = {},
): Promise<TestServer> {
  const logs: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void logs.push(JSON.parse(line) as Record<string, unknown>) };
  const settings = {
    ...readServiceConfig({}, { service: 'test', port: 0 }),
    host: '127.0.0.1',
    metricsPort: 'off',
    shutdownGrace: 1_000,
    ...config,
  } as const;
  const server = await serve({
    config: settings,
    log: createLogger({ service: 'test', logLevel: settings.logLevel, destination }),
    services,
    ...options,
  });
  return {
    ...server,
    target: `127.0.0.1:${server.port}`,
    logs,
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
