import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  logVerbosity,
  Server,
  ServerInterceptingCall,
  setLogger,
  setLogVerbosity,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import type { ServiceConfig } from '../config/service-config.js';
import { StatusError } from '../errors/status-error.js';
import type { Logger } from '../logging/create-logger.js';
import { CALL_MESSAGE } from '../logging/pretty.js';
import type { BoundMethod, Service } from './define-service.js';
import { createHealthService } from './health.js';
import { listenGrpc, listenHttp } from './listen.js';
import { createMetricsServer } from './metrics-server.js';
import { createServerMetrics, toKind, type ServerMetrics } from './metrics.js';
import { createReflectionServices } from './reflection.js';
import { ServerCall, type CallEnvironment, type CallOutcome } from './server-call.js';

/** What `serve` serves, and how. */
export interface ServeOptions {
  readonly config: ServiceConfig;
  readonly log: Logger;
  readonly services: readonly Service[];
  /** Further paths for methods that are served: `{'/ChatService/Chat': '/chat.ChatService/Chat'}`. Default: none. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** A server that takes calls. */
export interface RunningServer {
  readonly port: number;
  /** The port of metrics and health over HTTP; undefined where they are off. */
  readonly metricsPort: number | undefined;
  /**
   * Stops: health says NOT_SERVING, new calls are refused, `draining` aborts for every open call; calls that are
   * still open shortly before the grace period is over end with UNAVAILABLE. Resolves when all is closed, within
   * the grace period. A second stop is the first one.
   */
  stop(): Promise<void>;
}

/** The end of the grace period that is kept for the last statuses to reach their clients, and its share at most. */
const LAST_STATUS_MS = 1_000;
const LAST_STATUS_SHARE = 0.2;

/** How often a server asks a silent connection for a sign of life, and how long it waits for that. */
const KEEPALIVE_MS = 60_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;

/**
 * Serves the services with health and, where the settings say so, reflection; metrics over HTTP on a port of its own.
 * Throws a StartError where a port cannot be had.
 */
export async function serve({ config, log, services, aliases = {} }: ServeOptions): Promise<RunningServer> {
  sendLibraryLogTo(log);
  const draining = new AbortController();
  const calls = new Set<ServerCall>();
  const metrics = createServerMetrics();
  const environment = createEnvironment({
    log,
    calls,
    metrics,
    draining: draining.signal,
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
  for (const path of methods.keys()) server.register(path, neverCalled, toSame, toSame, 'bidi');
  const metricsServer = createMetricsServer({ registry: metrics.registry, isReady: () => !draining.signal.aborted });
  const close = (): Promise<void> =>
    stopServer({ server, calls, graceMs: config.shutdownGrace }).finally(() => {
      metricsServer.closeAllConnections();
      metricsServer.close();
    });

  let port: number;
  let metricsPort: number | undefined;
  try {
    port = await listenGrpc(server, config.host, config.port);
    metricsPort =
      config.metricsPort === 'off' ? undefined : await listenHttp(metricsServer, config.host, config.metricsPort);
  } catch (error) {
    server.forceShutdown();
    throw error;
  }
  if (isOpenAddress(config.host))
    log.warn({ host: config.host }, 'listening beyond this machine without TLS or authentication');
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

/**
 * The one way from grpc-js to our handlers, for all four kinds: an interceptor that takes the call over. grpc-js's own
 * streams are never made: they end a cancelled upload like a finished one.
 */
function createAdapter(methods: ReadonlyMap<string, BoundMethod>, environment: CallEnvironment): ServerInterceptor {
  return ({ path }, call) => {
    const bound = methods.get(path);
    if (bound === undefined) throw new Error(`${path} is registered and has no method`);
    return new AdaptedCall(call, bound, environment);
  };
}

class AdaptedCall extends ServerInterceptingCall {
  readonly #call: ServerInterceptingCallInterface;
  readonly #bound: BoundMethod;
  readonly #environment: CallEnvironment;

  constructor(call: ServerInterceptingCallInterface, bound: BoundMethod, environment: CallEnvironment) {
    super(call);
    this.#call = call;
    this.#bound = bound;
    this.#environment = environment;
  }

  override start(): void {
    // Made with the metadata: where a call is dead before that, grpc-js reports nothing at all.
    let current: ServerCall | undefined;
    this.#call.start({
      onReceiveMetadata: (metadata) => {
        current = new ServerCall(this.#call, this.#bound, metadata, this.#environment);
        void current.run();
      },
      onReceiveMessage: (bytes: Buffer) => current?.onMessage(bytes),
      onReceiveHalfClose: () => current?.onHalfClose(),
      onCancel: () => current?.onCancel(),
    });
  }
}

/** Messages pass grpc-js as bytes: a call decodes each when its handler takes it. */
function toSame(bytes: Buffer): Buffer {
  return bytes;
}

function neverCalled(): never {
  throw new Error('grpc-js ran a handler that the adapter replaces');
}

interface EnvironmentOptions {
  readonly log: Logger;
  readonly calls: Set<ServerCall>;
  readonly metrics: ServerMetrics;
  readonly draining: AbortSignal;
  readonly maxMessageBytes: number;
  readonly directHttp2: boolean;
}

function createEnvironment({ calls, metrics, ...rest }: EnvironmentOptions): CallEnvironment {
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
      logCall(rest.log, call, outcome);
    },
    onInexactEnd() {
      if (!saidInexact) rest.log.warn('this version of grpc-js hides its connections: a cancel may pass for an end');
      saidInexact = true;
    },
  };
}

/** One line for each call; with the whole error where it is a fault of the server. */
function logCall(log: Logger, call: ServerCall, outcome: CallOutcome): void {
  const { code, message, durationMs, received, sent, error } = outcome;
  const level = error === undefined ? 'info' : 'error';
  if (!log.isLevelEnabled(level)) return;
  log[level](
    {
      method: call.method,
      requestId: call.requestId,
      kind: toKind(call.bound.method),
      peer: call.peer,
      code,
      ...(message !== '' && { status: message }),
      durationMs: Math.round(durationMs * 1000) / 1000,
      received,
      sent,
      ...(error !== undefined && { err: error }),
    },
    CALL_MESSAGE,
  );
}

interface StopOptions {
  readonly server: Server;
  readonly calls: ReadonlySet<ServerCall>;
  readonly graceMs: number;
}

/** grpc-js's `tryShutdown` refuses new calls and then waits for the open ones, however long: the time is kept here. */
async function stopServer({ server, calls, graceMs }: StopOptions): Promise<void> {
  const lastStatusMs = Math.min(LAST_STATUS_MS, graceMs * LAST_STATUS_SHARE);
  const timers: NodeJS.Timeout[] = [];
  // In the next turn: what `draining` made the calls send goes out before the connections are told to close.
  await nextTurn();
  await new Promise<void>((resolve) => {
    const endCalls = (): void => {
      for (const call of calls) call.end(new StatusError('UNAVAILABLE', 'the server is shutting down'));
    };
    timers.push(setTimeout(endCalls, graceMs - lastStatusMs), setTimeout(resolve, graceMs));
    server.tryShutdown(() => resolve());
  });
  for (const timer of timers) clearTimeout(timer);
  server.forceShutdown();
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
