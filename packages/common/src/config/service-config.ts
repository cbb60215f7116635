import { z } from 'zod';
import { authSettings, readAuthConfig, type AuthConfig } from '../auth/auth-settings.js';
import { logFormats, logLevels } from '../logging/create-logger.js';
import { limitSettings, readLimitConfig, type LimitConfig } from './limit-settings.js';
import { readSettings, schemas, StartError, type Environment, type Setting, type Values } from './setting.js';
import { tlsSettings, toTlsFiles, type TlsFiles } from './tls-settings.js';

/** What a service is called and where it listens unless it is told otherwise. */
export interface ServiceDefaults {
  /** The name of its folder: `pow`. Its own settings begin with it: `POW_PORT`. */
  readonly service: string;
  readonly port: number;
  /** The port of metrics and health over HTTP. Default: the gRPC port + 10000. */
  readonly metricsPort?: number;
  /**
   * The folder of its package, where relative paths begin: `new URL('..', import.meta.url)` in its config.ts. Default: that
   * of the process.
   */
  readonly folder?: URL;
}

const AUTOMATIC = 'auto';

/** The settings that every service has, with the names that they have for this one. */
export function createServiceSettings(defaults: ServiceDefaults) {
  return { ...createOwnSettings(defaults), ...limitSettings, ...tlsSettings, ...authSettings };
}

/** Those that mean something each by itself. */
function createOwnSettings({ service, port, metricsPort }: ServiceDefaults) {
  const prefix = service.toUpperCase();
  return {
    host: {
      variable: 'HOST',
      description: 'The address to listen on; `localhost` is 127.0.0.1 and ::1.',
      allowed: 'a host name or an IP address',
      default: 'localhost',
      schema: z.string().regex(/^[A-Za-z0-9.:_-]+$/),
    },
    port: {
      variable: `${prefix}_PORT`,
      description: 'The port for gRPC; 0 takes a free one.',
      allowed: 'a port number from 0 to 65535',
      default: String(port),
      schema: schemas.port,
    },
    metricsPort: {
      variable: `${prefix}_METRICS_PORT`,
      description: `The port for /metrics, /healthz and /readyz over HTTP; 0 takes a free one. By default ${
        metricsPort ?? port + 10_000
      }, or 10000 above the gRPC port where that is set, or a free one where that is 0.`,
      allowed: 'a port number from 0 to 65535, or off',
      default: AUTOMATIC,
      schema: z.union([z.literal(AUTOMATIC), z.literal('off'), schemas.port]),
    },
    logLevel: {
      variable: 'LOG_LEVEL',
      description: 'The least level that is logged.',
      allowed: `one of ${logLevels.join(', ')}`,
      default: 'info',
      schema: z.enum(logLevels),
    },
    logFormat: {
      variable: 'LOG_FORMAT',
      description: '`json`: one object a line. `pretty`: for people; the default in a terminal.',
      allowed: `one of ${logFormats.join(', ')}`,
      default: process.stdout.isTTY ? 'pretty' : 'json',
      schema: z.enum(logFormats),
    },
    shutdownGrace: {
      variable: 'SHUTDOWN_GRACE',
      description: 'How long a stop may take: open calls may go on for nearly as long, then they end with UNAVAILABLE.',
      allowed: 'a duration such as 10s or 500ms',
      default: '10s',
      schema: schemas.duration,
    },
    maxMessageBytes: {
      variable: 'MAX_MESSAGE_BYTES',
      description: 'The most bytes of one message, received or sent; over that: RESOURCE_EXHAUSTED.',
      allowed: 'a number of bytes from 1 to 2147483647',
      default: String(4 * 1024 * 1024),
      schema: schemas.integer(1, 2 ** 31 - 1),
    },
    maxStreams: {
      variable: 'MAX_STREAMS',
      description: 'The most calls that one connection may have open at once; a client waits with further ones.',
      allowed: 'a number from 1 to 2147483647',
      default: '16384',
      schema: schemas.integer(1, 2 ** 31 - 1),
    },
    directHttp2: {
      variable: 'DIRECT_HTTP2',
      description:
        'Whether messages go straight to HTTP/2, several times faster, where this version of grpc-js allows it.',
      allowed: 'on or off',
      default: 'on',
      schema: schemas.onOff,
    },
    reflection: {
      variable: 'REFLECTION',
      description: 'Whether server reflection is served. By default on, and off under NODE_ENV=production.',
      allowed: 'on or off',
      default: AUTOMATIC,
      schema: z.union([z.literal(AUTOMATIC), schemas.onOff]),
    },
  } satisfies Record<string, Setting<unknown>>;
}

type OwnValues = Values<ReturnType<typeof createOwnSettings>>;

/** The settings that every service has, read and made definite. */
export type ServiceConfig = Omit<OwnValues, 'metricsPort' | 'reflection'> &
  LimitConfig & {
    readonly service: string;
    /** `off`, or the port; 0 takes a free one. */
    readonly metricsPort: number | 'off';
    readonly reflection: boolean;
    /** Undefined: nobody is asked for a token. */
    readonly auth: AuthConfig | undefined;
    /** Undefined where connections are not secured. */
    readonly tls: TlsFiles | undefined;
  };

/** Reads the common settings of a service. Throws a {@link StartError} that names a bad one. */
export function readServiceConfig(environment: Environment, defaults: ServiceDefaults): ServiceConfig {
  const values = readSettings(environment, createOwnSettings(defaults));
  return {
    ...values,
    ...readLimitConfig(environment),
    auth: readAuthConfig(environment, defaults.folder),
    tls: toTlsFiles(readSettings(environment, tlsSettings), defaults.folder),
    service: defaults.service,
    metricsPort: values.metricsPort === AUTOMATIC ? toMetricsPort(values.port, defaults) : values.metricsPort,
    reflection: values.reflection === AUTOMATIC ? environment['NODE_ENV'] !== 'production' : values.reflection,
  };
}

function toMetricsPort(port: number, defaults: ServiceDefaults): number {
  if (port === 0) return 0;
  const derived = port === defaults.port ? (defaults.metricsPort ?? port + 10_000) : port + 10_000;
  if (derived <= 65_535) return derived;
  const variable = `${defaults.service.toUpperCase()}_METRICS_PORT`;
  throw new StartError(`${variable} is not set: it must be, as ${port} + 10000 is no port`);
}
