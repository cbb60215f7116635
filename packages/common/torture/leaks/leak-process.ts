import { setImmediate as nextTurn } from 'node:timers/promises';
import { createClient, defineService, StatusError, type Client } from '../../src/index.js';
import { collect, startService, until } from '../../src/testing/index.js';
import { startCutProxy } from '../../test/support/cut-proxy.js';
import { FourKinds, textOf, type Kind, type Note } from '../../test/support/four-kinds.js';
import { takeHoldings, type Holdings } from '../support/holdings.js';
import { ONE_CONNECTION, type Abort, type LeakPlan, type LeakReport, type LeakRow } from './leak-plan.js';

// A process of its own, run with --expose-gc: a server and a client, both ours, and many calls that are broken off. Its
// plan is its first argument; it writes a line of JSON for each kind of call and way to break it off.

const { directHttp2, count, rows } = JSON.parse(process.argv[2] ?? '') as LeakPlan;

/** How many calls are open at once. */
const PARALLEL = 20;

/** Node ends a connection that resets many streams in a short time. */
const CALLS_OF_A_CONNECTION = 400;

let started = 0;
let open = 0;

/** Does what the first message of a call asks for. */
async function obey({ text }: Note, signal: AbortSignal): Promise<void> {
  if (text === 'fail') throw new StatusError('ABORTED', 'as you wish');
  if (text === 'early' || signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

function enter(): Disposable {
  started += 1;
  open += 1;
  return { [Symbol.dispose]: () => (open -= 1) };
}

const service = defineService(FourKinds, {
  async unary(note, { signal }) {
    using _ = enter();
    await obey(note, signal);
    return note;
  },
  async *server(note, { signal }) {
    using _ = enter();
    yield note;
    await obey(note, signal);
  },
  async client(requests, { signal }) {
    using _ = enter();
    for await (const note of requests) {
      await obey(note, signal);
      if (note.text === 'early') break;
    }
    return { text: '' };
  },
  async *bidi(requests, { signal }) {
    using _ = enter();
    for await (const note of requests) {
      yield note;
      await obey(note, signal);
    }
  },
});

const server = await startService([service], { config: { directHttp2, logLevel: 'silent' } });
const proxy = await startCutProxy(server.port);
const client: Client<typeof FourKinds> = createClient(FourKinds, proxy.target, { directHttp2 });

/** One signal for all calls, as an application has one for its own end. */
const outliving = new AbortController();

/** Makes a call and breaks it off. A cut is made from outside. */
async function breakOff(kind: Kind, abort: Abort): Promise<void> {
  const cancel = new AbortController();
  const options = {
    signal: abort === 'cancel' ? cancel.signal : outliving.signal,
    timeoutMs: abort === 'deadline' ? 20 : 0,
  };
  const note = { text: abort };
  async function* endless(): AsyncGenerator<Note> {
    yield note;
    for (;;) {
      await nextTurn();
      yield { text: textOf(500) };
    }
  }
  const run = async (): Promise<unknown> => {
    if (kind === 'unary') return client.unary(note, options);
    if (kind === 'client') return client.client(endless(), options);
    const responses = kind === 'server' ? client.server(note, options) : client.bidi(endless(), options);
    // Whoever leaves a loop early cancels the call.
    if (abort === 'early') for await (const _ of responses) return undefined;
    return collect(responses);
  };
  const before = started;
  const over = run().catch(() => undefined);
  if (abort === 'cancel') {
    await until(() => started > before, 10_000);
    cancel.abort();
  }
  await over;
}

async function breakOffMany(kind: Kind, abort: Abort, calls: number, perConnection: number): Promise<void> {
  for (let done = 0; done < calls; done += PARALLEL) {
    if (done > 0 && done % perConnection === 0) await reconnect();
    const begun = started;
    const batch = Array.from({ length: PARALLEL }, () => breakOff(kind, abort));
    if (abort === 'cut') {
      await until(() => started - begun >= PARALLEL);
      proxy.cut();
    }
    await Promise.all(batch);
  }
  await until(() => open === 0);
}

async function reconnect(): Promise<void> {
  proxy.cut();
  await until(() => proxy.connections === 0);
  await client.$waitForReady();
}

/** Many messages of one call: nothing may pile up with them while it is open. */
async function callWithMany(messages: number): Promise<void> {
  async function* notes(): AsyncGenerator<Note> {
    yield { text: 'early' };
    for (let sent = 1; sent < messages; sent += 1) yield { text: 'early' };
  }
  let received = 0;
  for await (const _ of client.bidi(notes(), { signal: outliving.signal })) received += 1;
  if (received !== messages) throw new Error(`${received} of ${messages} responses`);
}

/** Waits until what was cut is gone and one connection stands. */
async function settle(): Promise<void> {
  const makeCall = (): Promise<unknown> => client.client([{ text: 'early' }]).catch(() => undefined);
  while ((await makeCall()) === undefined) await nextTurn();
  await until(() => proxy.connections === 1);
}

async function measure(): Promise<Holdings> {
  await settle();
  return takeHoldings([outliving.signal]);
}

const write = (report: LeakReport): void => void process.stdout.write(`${JSON.stringify(report)}\n`);

async function run({ kind, abort }: LeakRow): Promise<LeakReport> {
  if (kind === 'one long call' || abort === 'none') {
    await callWithMany(1_000);
    const before = await measure();
    await callWithMany(count * 100);
    return { kind, abort, calls: 1, before, after: await measure() };
  }
  const isOneConnection = abort === ONE_CONNECTION;
  const way = isOneConnection ? 'fail' : abort;
  const perConnection = isOneConnection ? Infinity : CALLS_OF_A_CONNECTION;
  // A connection that has had many calls holds a little more than a new one: the last one has had as many each time.
  await breakOffMany(kind, way, CALLS_OF_A_CONNECTION, perConnection);
  const before = await measure();
  if (!isOneConnection) await reconnect();
  await breakOffMany(kind, way, count, perConnection);
  const after = await measure();
  await reconnect();
  return { kind, abort, calls: count, before, after };
}

for (const row of rows) write(await run(row));
client.$close();
await server.stop();
await proxy[Symbol.asyncDispose]();
