import { setMaxListeners } from 'node:events';
import { logVerbosity, Server, setLogger, setLogVerbosity } from '@grpc/grpc-js';
import type { ServiceConfig } from '../config/service-config.js';
import type { Logger } from '../logging/create-logger.js';
import { createAdapter, registerPath, type AdapterEnvironment } from './adapter.js';
import type { BoundMethod, Service } from './define-service.js';
import { createHealthService } from './health.js';
import { createBuiltInInterceptors } from './interceptors/built-in.js';
import type { ServerInterceptor } from './interceptors/interceptor.js';
import { createPlainListener, listenGrpc, listenHttp } from './listen.js';
import { createMetricsServer } from './metrics-server.js';
import { createServerMetrics, type ServerMetrics } from './metrics.js';
import { createReflectionServices } from './reflection.js';
import type { ServerCall } from './server-call.js';
import { stopServer } from './stop-server.js';
import { openTlsFiles } from './tls/open-tls-files.js';
import type { ServerTls } from './tls/server-tls.js';
import { createTlsListener } from './tls/tls-listener.js';

/** What `serve` serves, and how. */
export interface ServeOptions {
  readonly config: ServiceConfig;
  readonly log: Logger;
  readonly services: readonly Service[];
  /** Further paths for methods that are served: `{'/ChatService/Chat': '/chat.ChatService/Chat'}`. Default: none. */
  readonly aliases?: Readonly<Record<string, string>>;
  /**
   * What stands around every call, the first outermost, inside of the built-in ones: those log the call, bound its age,
   * authenticate its caller and limit the rate of calls, as the settings say. Default: none.
   */
  readonly interceptors?: readonly ServerInterceptor[];
  /** How connections are secured. Default: as the settings say. */
  readonly tls?: ServerTls;
  /**
   * Called when `stop` begins, with every call still open: the place to end what would wait for its reader until the grace
   * period is over, such as a broadcast. What it throws goes to the log, and the drain goes on. Default: nothing.
   */
  readonly onDraining?: () => void | Promise<void>;
  /** Whether what the handlers need is there, such as a database: where it is not, `/readyz` says 503. Default: it always is. */
  readonly isReady?: () => boolean;
  /** Closes what the handlers needed; `stop` calls it when the last call has ended, and waits for it. Default: nothing. */
  readonly onStopped?: () => Promise<void>;
}

/** A server that takes calls. */
export interface RunningServer {
  readonly port: number;
  /** The port of metrics and health over HTTP; undefined where they are off. */
  readonly metricsPort: number | undefined;
  /**
   * Stops: health says NOT_SERVING, new calls are refused, `draining` aborts for every open call; calls that are
   * still open shortly before the grace period is over end with UNAVAILABLE. Resolves when all is closed: within the grace
   * period, and the time that `onStopped` takes. A second stop is the first one.
   */
  stop(): Promise<void>;
}

/** How often a server asks a silent connection for a sign of life, and how long it waits for that. */
const KEEPALIVE_MS = 60_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;

/**
 * Serves the services with health and, where the settings say so, reflection; metrics over HTTP on a port of its own.
 * Throws a StartError where a port cannot be had.
 */
export async function serve({
  config,
  log,
  services,
  aliases = {},
  interceptors = [],
  onDraining = () => undefined,
  isReady = () => true,
  onStopped = () => Promise.resolve(),
  ...options
}: ServeOptions): Promise<RunningServer> {
  sendLibraryLogTo(log);
  const tls = options.tls ?? (config.tls && (await openTlsFiles(config.tls, log)));
  const draining = new AbortController();
  setMaxListeners(Infinity, draining.signal); // every open call may listen: more than ten are no leak
  draining.signal.addEventListener('abort', () => {
    (async () => onDraining())().catch((err: unknown) => log.error({ err }, 'onDraining failed'));
  });
  const calls = new Set<ServerCall>();
  const metrics = createServerMetrics();
  const environment = createEnvironment({
    log,
    calls,
    metrics,
    draining: draining.signal,
    interceptors: [...createBuiltInInterceptors(config, log), ...interceptors],
    maxMessageBytes: config.maxMessageBytes,
    directHttp2: config.directHttp2,
  });
  const methods = createMethodTable(withStandardServices(services, config.reflection), aliases);
  const server = new Server({
    'grpc.max_receive_message_length': config.maxMessageBytes,
    'grpc.max_send_message_length': -1, // ServerCall has the limit: grpc-js would end the call behind its back
    'grpc.max_concurrent_streams': config.maxStreams,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.enable_channelz': 0,
    interceptors: [createAdapter(methods, environment)],
  });
  for (const path of methods.keys()) registerPath(server, path);
  const listener = tls === undefined ? createPlainListener(server) : createTlsListener({ server, tls, log });
  const metricsServer = createMetricsServer({
    registry: metrics.registry,
    isReady: () => !draining.signal.aborted && isReady(),
  });
  const close = (): Promise<void> =>
    stopServer({ server, listener, calls, graceMs: config.shutdownGrace }).finally(() => {
      metricsServer.closeAllConnections();
      metricsServer.close();
    });

  const prefix = config.service.toUpperCase();
  let port: number;
  let metricsPort: number | undefined;
  try {
    port = await listenGrpc(listener, { ...config, variable: `${prefix}_PORT` });
    metricsPort =
      config.metricsPort === 'off'
        ? undefined
        : await listenHttp(metricsServer, {
            host: config.host,
            port: config.metricsPort,
            variable: `${prefix}_METRICS_PORT`,
          });
  } catch (error) {
    void listener.stop();
    server.forceShutdown();
    throw error;
  }
  const risk = isOpenAddress(config.host) ? findRisk(config, tls !== undefined) : undefined;
  if (risk !== undefined) log.warn({ host: config.host }, `listening beyond this machine ${risk}`);
  log.info({ host: config.host, port, metricsPort, reflection: config.reflection }, 'listening');

  let stopped: Promise<void> | undefined;
  return {
    port,
    metricsPort,
    stop() {
      stopped ??= (async () => {
        log.info({ openCalls: calls.size, graceMs: config.shutdownGrace }, 'draining');
        draining.abort();
        await close();
        await onStopped();
        log.info('stopped');
      })();
      return stopped;
    },
  };
}

function withStandardServices(services: readonly Service[], reflection: boolean): Service[] {
  const names = services.map(({ contract }) => contract.name);
  const health = createHealthService(names);
  const all = [...services, health];
  return reflection ? [...all, ...createReflectionServices([...names, health.contract.name])] : all;
}

function createMethodTable(
  services: readonly Service[],
  aliases: Readonly<Record<string, string>>,
): Map<string, BoundMethod> {
  const table = new Map<string, BoundMethod>();
  const add = (path: string, bound: BoundMethod): void => {
    if (table.has(path)) throw new Error(`${path} is served twice`);
    table.set(path, bound);
  };
  for (const { methods } of services) for (const bound of methods) add(bound.method.path, bound);
  for (const [alias, path] of Object.entries(aliases)) {
    const bound = table.get(path);
    if (bound === undefined) throw new Error(`${alias} is an alias of ${path}, which is not served`);
    add(alias, bound);
  }
  return table;
}

interface EnvironmentOptions {
  readonly log: Logger;
  readonly calls: Set<ServerCall>;
  readonly metrics: ServerMetrics;
  readonly draining: AbortSignal;
  readonly interceptors: readonly ServerInterceptor[];
  readonly maxMessageBytes: number;
  readonly directHttp2: boolean;
}

function createEnvironment({ calls, metrics, ...rest }: EnvironmentOptions): AdapterEnvironment {
  let saidInexact = false;
  return {
    ...rest,
    onStart(call) {
      calls.add(call);
      metrics.onStart(call.bound);
    },
    onEnd(call, outcome) {
      calls.delete(call);
      metrics.onEnd(call.bound, outcome);
    },
    onInexactEnd() {
      if (!saidInexact) rest.log.warn('this version of grpc-js hides its connections: a cancel may pass for an end');
      saidInexact = true;
    },
  };
}

/** What others may do to a service that they can reach; undefined where it is secured. */
function findRisk({ auth }: ServiceConfig, hasTls: boolean): string | undefined {
  if (auth?.optional === true)
    return `${hasTls ? '' : 'without TLS, '}for callers without a token, who may do everything`;
  if (hasTls) return undefined;
  return auth === undefined ? 'without TLS or authentication' : 'without TLS: tokens can be read on their way';
}

function isOpenAddress(host: string): boolean {
  return !/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
}

/** grpc-js writes to the console of its process; the last server that starts takes those lines over. */
function sendLibraryLogTo(log: Logger): void {
  const write = (...parts: unknown[]): void => log.debug({ library: 'grpc-js' }, parts.map(String).join(' '));
  setLogger({ debug: write, info: write, error: write });
  setLogVerbosity(logVerbosity.ERROR);
}
