import { pino, type DestinationStream, type Logger } from 'pino';
import { hideSecrets } from './hide-secrets.js';
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

/** The logger of a process: pino, with secrets redacted and the service's name in every line. */
export function createLogger({ service, logLevel = 'info', logFormat = 'json', destination }: LoggerOptions): Logger {
  const settings = {
    level: logLevel,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: hideSecrets },
    serializers: { err: (error: Error) => hideSecrets(pino.stdSerializers.err(error)) },
  };
  const stream = logFormat === 'pretty' ? createPrettyStream(destination) : (destination ?? createStdout());
  return hideSecretsOfChildren(pino(settings, stream));
}

/** What a child puts into all its lines passes no formatter of pino's. Its own children have this `child`, too. */
function hideSecretsOfChildren(log: Logger): Logger {
  const { child } = log;
  return Object.assign(log, {
    child(this: Logger, bindings: object, ...rest: []) {
      return child.call(this, hideSecrets(bindings), ...rest);
    },
  });
}
