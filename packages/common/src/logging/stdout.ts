import { pino, type DestinationStream } from 'pino';

/** Stdout, written synchronously: a line that is logged is out, also when the process ends in the next moment. */
export function createStdout(): DestinationStream {
  return pino.destination({ dest: 1, sync: true });
}
