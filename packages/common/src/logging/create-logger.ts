import { pino, type DestinationStream, type Logger } from 'pino';
import { createPrettyStream } from './pretty.js';
import { createStdout } from './stdout.js';

export type { Logger };

/** How a logger writes; the config of a service is one. */
export interface LoggerOptions {
  /** The name that is in every line. */
  readonly service: string;
  /** The least level that is written; `silent` writes nothing. Default: `info`. */
  readonly logLevel?: LogLevel;
  /** `json`: one object a line, for machines. `pretty`: for people, in colour where stdout is a terminal. Default: `json`. */
  readonly logFormat?: LogFormat;
  /** Where lines go. Default: stdout. */
  readonly destination?: DestinationStream;
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export const logFormats = ['json', 'pretty'] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFormat = (typeof logFormats)[number];

/** Names of values that no log line may show, at the top of a line or one level down. */
const secrets = ['authorization', 'password', 'secret', 'token', 'accessToken', 'access_token', 'cookie', 'privateKey'];

/** The logger of a process: pino, with secrets redacted and the service's name in every line. */
export function createLogger({ service, logLevel = 'info', logFormat = 'json', destination }: LoggerOptions): Logger {
  const settings = {
    level: logLevel,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
  };
  if (logFormat === 'pretty') return pino(settings, createPrettyStream(destination));
  return pino(settings, destination ?? createStdout());
}
