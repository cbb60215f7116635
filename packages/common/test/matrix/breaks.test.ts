import { expect } from 'vitest';
import { StatusError, type ServiceConfig, type StatusCode } from '../../src/index.js';
import type { TestServer } from '../../src/testing/index.js';
import { startCutProxy, type CutProxy } from '../support/cut-proxy.js';
import { kinds, type Kind } from '../support/four-kinds.js';
import { describeCells, expectNothingOpen } from '../support/matrix.js';
import type { TestCall, TestCallOptions } from '../support/test-call.js';
import { createWaitingHandlers, type Sight } from '../support/waiting-handlers.js';

/** A way in which a call is broken off while its handler waits. */
interface Break extends TestCallOptions {
  readonly name: string;
  readonly trigger: (parts: { call: TestCall; proxy: CutProxy; server: TestServer }) => void;
  /** The status that the caller gets. */
  readonly caller: StatusCode;
  /** The code of what stops the handler, and of the log: the first of those that may be. */
  readonly handler: readonly StatusCode[];
  readonly config?: Partial<ServiceConfig>;
}

const breaks: readonly Break[] = [
  { name: 'client cancels', trigger: ({ call }) => call.cancel(), caller: 'CANCELLED', handler: ['CANCELLED'] },
  {
    name: 'deadline (timeout_on_sleeping_server)',
    timeoutMs: 300,
    trigger: () => undefined,
    caller: 'DEADLINE_EXCEEDED',
    // The client's clock runs out first: its cancel may come before the server's own timer fires.
    handler: ['DEADLINE_EXCEEDED', 'CANCELLED'],
  },
  { name: 'connection cut', trigger: ({ proxy }) => proxy.cut(), caller: 'UNAVAILABLE', handler: ['CANCELLED'] },
  {
    name: 'server drains, and the call does not end',
    trigger: ({ server }) => void server.stop(),
    caller: 'UNAVAILABLE',
    handler: ['UNAVAILABLE'],
    config: { shutdownGrace: 200 },
  },
];

/** The kinds with a response before their end. */
const streaming: readonly Kind[] = ['server', 'bidi'];

for (const { name, trigger, caller, handler, config, ...options } of breaks) {
  describeCells(`${name}, after begin`, kinds, async (pair, kind) => {
    const { handlers, started, ended } = createWaitingHandlers();
    const server = await pair.serve(handlers, config);
    await using proxy = await startCutProxy(server.port);
    await using client = pair.connect(proxy.target);
    const call = client.open(kind, options);
    void call.send('first');
    await started;
    trigger({ call, proxy, server });
    expect(await call.end()).toMatchObject({ code: caller });
    await expectBroken(server, await ended, handler);
  });

  describeCells(`${name}, after first response`, streaming, async (pair, kind) => {
    const { handlers, ended } = createWaitingHandlers();
    const server = await pair.serve(handlers, config);
    await using proxy = await startCutProxy(server.port);
    await using client = pair.connect(proxy.target);
    const call = client.open(kind, options);
    void call.send('first');
    expect(await call.read()).toBe('first');
    trigger({ call, proxy, server });
    expect(await call.end()).toMatchObject({ code: caller, responses: ['first'] });
    await expectBroken(server, await ended, handler);
  });
}

async function expectBroken(server: TestServer, { isFinished, error, reason }: Sight, codes: readonly StatusCode[]) {
  expect(isFinished).toBe(false);
  expect(error).toBeInstanceOf(StatusError);
  expect(codes).toContain((error as StatusError).code);
  expect(reason).toBe(error);
  if (codes.includes('UNAVAILABLE')) await server.stop();
  else await expectNothingOpen(server);
  expect(server.logs.filter(({ msg }) => msg === 'call')).toMatchObject([{ code: (error as StatusError).code }]);
  expect(server.logs.filter(({ level }) => level === 'error')).toEqual([]);
}
