import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Holdings } from '../support/holdings.js';

/** What a server has counted since its start. */
export interface HostileCounts {
  /** Handlers with a stream of requests that have begun, and how their request loops ended. */
  entered: number;
  finished: number;
  broken: number;
  /** Loops that threw a cancel without an aborted signal, or the other way round. */
  wrong: number;
  /** Calls of all kinds that were logged as CANCELLED. */
  cancelled: number;
  /** Lines of level error. */
  errors: number;
}

/** What its process holds when nobody is connected. */
export interface HostileReport extends Holdings {
  /** Outside of the heap: buffers, and what HTTP/2 has. */
  readonly externalBytes: number;
  readonly residentBytes: number;
}

/** A server in a process of its own. Whatever is asked of it rejects when it has crashed. */
export interface HostileServer extends AsyncDisposable {
  readonly port: number;
  readonly target: string;
  count(): Promise<HostileCounts>;
  report(): Promise<HostileReport>;
}

export async function startHostileServer(directHttp2: boolean): Promise<HostileServer> {
  const isCompiled = import.meta.url.includes('/torture/dist/');
  const compiled = new URL(isCompiled ? '../../' : '../dist/', import.meta.url);
  const program = fileURLToPath(new URL('torture/hostile/hostile-process.js', compiled));
  const child = fork(program, [String(directHttp2)], { execArgv: ['--expose-gc'] });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  const crashed = exited.then(([code, signal]) => {
    throw new Error(`the server ended with ${signal ?? `code ${code}`}`);
  });
  crashed.catch(() => undefined); // it is what whoever asks next is told
  const next = async <Message>(): Promise<Message> => {
    const [message] = (await Promise.race([once(child, 'message'), crashed])) as [Message];
    return message;
  };
  const ask = <Message>(question: string): Promise<Message> => {
    if (child.connected) child.send(question);
    return next();
  };
  const port = await next<number>();
  return {
    port,
    target: `127.0.0.1:${port}`,
    count: () => ask<HostileCounts>('counts'),
    report: () => ask<HostileReport>('report'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
