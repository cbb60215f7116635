import { RouteGuide } from '@streamworks/proto/routeguide/route_guide';
import { createLogger, defineService, readServiceConfig, serve, StatusError, type Context } from '../../src/index.js';
import { until } from '../../src/testing/index.js';
import type { Note } from '../../test/support/four-kinds.js';
import { createFourKinds } from '../../test/support/pairs.js';
import { countSockets, takeHoldings } from '../support/holdings.js';
import type { HostileCounts, HostileReport } from './hostile-server.js';

// A server that is attacked, as a process of its own, run with --expose-gc. Its argument is whether it goes straight to
// HTTP/2. It sends its port, and answers a message with what it has counted, or with what it holds, too.

const counts: HostileCounts = { entered: 0, finished: 0, broken: 0, wrong: 0, cancelled: 0, errors: 0 };

/** Counts how the requests of a call end; a call that is broken off has its signal aborted, too. */
async function* watch(requests: AsyncIterable<Note>, { signal }: Context<Note>): AsyncGenerator<Note> {
  counts.entered += 1;
  let end: 'finished' | 'broken' | 'wrong' = 'broken'; // also where the generator is returned
  try {
    yield* requests;
    end = 'finished';
  } catch (error) {
    const code = error instanceof StatusError ? error.code : 'none';
    const isCancel = code === 'CANCELLED' || code === 'DEADLINE_EXCEEDED';
    if (isCancel !== signal.aborted) end = 'wrong';
    throw error;
  } finally {
    counts[end] += 1;
  }
}

const fourKinds = createFourKinds({
  unary: (note) => note,
  async *server(note) {
    yield note;
  },
  async client(requests, context) {
    const texts: string[] = [];
    for await (const { text } of watch(requests, context)) texts.push(text);
    return { text: texts.join() };
  },
  bidi: (requests, context) => watch(requests, context),
});

const notCalled = (): never => {
  throw new Error('nobody calls this method');
};
const routeGuide = defineService(RouteGuide, {
  getFeature: () => ({ name: 'here' }),
  listFeatures: notCalled,
  recordRoute: notCalled,
  routeChat: notCalled,
});

/** What the server logs is counted, and not kept. */
function countLine(line: string): void {
  const { level, code } = JSON.parse(line) as { readonly level: string; readonly code?: string };
  if (level === 'error') counts.errors += 1;
  if (code === 'CANCELLED') counts.cancelled += 1;
}

const server = await serve({
  config: {
    ...readServiceConfig({}, { service: 'hostile', port: 0 }),
    host: '127.0.0.1',
    metricsPort: 'off',
    directHttp2: process.argv[2] === 'true',
  },
  log: createLogger({ service: 'hostile', destination: { write: countLine } }),
  services: [fourKinds, routeGuide],
});

/** Node keeps a connection whose client has broken the rules until a keepalive PING is not answered: 80 seconds. */
const LONGEST_GOODBYE_MS = 100_000;

async function report(): Promise<HostileReport> {
  await until(() => countSockets() === 0, LONGEST_GOODBYE_MS).catch(() => undefined); // the report tells how many are left
  const holdings = await takeHoldings();
  const { external: externalBytes, rss: residentBytes } = process.memoryUsage();
  return { ...holdings, externalBytes, residentBytes };
}

const send = (message: number | HostileCounts | HostileReport): void => void process.send?.(message);

process.on('message', (question: 'counts' | 'report') => {
  if (question === 'counts') send(counts);
  else void report().then(send);
});
process.on('disconnect', () => process.exit());
send(server.port);
