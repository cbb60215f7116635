import type { DestinationStream } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { createStdout } from './stdout.js';

/** Turns log lines into lines for people: a call in one short line, everything else as pino-pretty writes it. */
export function createPrettyStream(destination?: DestinationStream): DestinationStream {
  const sink = destination ?? createStdout();
  const common = {
    colorize: destination === undefined && process.stdout.isTTY,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'service,pid,hostname',
    singleLine: true,
  };
  const formatLine = prettyFactory(common);
  const formatCall = prettyFactory({ ...common, hideObject: true, messageFormat: toCallMessage });
  return {
    write(line) {
      const log = JSON.parse(line) as Record<string, unknown>;
      const isPlainCall = log['msg'] === CALL_MESSAGE && log['err'] === undefined;
      const text = isPlainCall ? formatCall(log) : formatLine(log);
      sink.write(text.endsWith('\n') ? text : `${text}\n`); // pino-pretty ends only lines that show their object
    },
  };
}

/** The message of the line that is logged at the end of a call. */
export const CALL_MESSAGE = 'call';

function toCallMessage(log: Record<string, unknown>): string {
  const { method, code, durationMs, received, sent, peer, status } = log;
  const problem = status === undefined ? '' : ` (${String(status)})`;
  const counts = `${String(received)} in, ${String(sent)} out`;
  return `${String(method)} ${String(code)}${problem} in ${String(durationMs)} ms, ${counts}, from ${String(peer)}`;
}
