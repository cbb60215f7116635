import { credentials as channelCredentials } from '@grpc/grpc-js';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { connectOurs } from '../../test/support/our-client.js';
import { connectPlain } from '../../test/support/plain-client.js';
import type { TestCall, TestClient } from '../../test/support/test-call.js';
import type { UploadPlan } from './upload-plan.js';
import { LAST } from './upload-server.js';

// A process that makes uploads: see run-uploads.ts. Its plan is its first argument.

const plan = JSON.parse(process.argv[2] ?? '') as UploadPlan;

const tls = plan.root === undefined ? false : { ca: plan.root };
const credentials =
  plan.root === undefined ? channelCredentials.createInsecure() : channelCredentials.createSsl(Buffer.from(plan.root));

const connects: Record<string, (target: string) => TestClient> = {
  ours: (target) => connectOurs(target, { tls }),
  'ours, public': (target) => connectOurs(target, { tls, directHttp2: false }),
  'grpc-js': (target) => connectPlain(target, credentials),
};

const random = (limit: number): number => Math.floor(Math.random() * limit);

/** A moment that is a random one for the turns of the event loop, too. */
async function someMoment(): Promise<void> {
  const choice = random(4);
  if (choice === 1) await Promise.resolve();
  if (choice === 2) await nextTurn();
  if (choice === 3) await wait(random(8));
}

/** Sends some messages, each at some moment. */
async function sendSome(call: TestCall, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    void call.send('x'.repeat(random(2_000)));
    await someMoment();
  }
}

async function finish(call: TestCall): Promise<void> {
  await sendSome(call, random(4));
  void call.send(LAST);
  call.halfClose();
  const { code } = await call.end();
  if (code !== 'OK') throw new Error(`an upload that was whole ended with ${code}`);
}

async function cancel(call: TestCall): Promise<void> {
  await sendSome(call, 1 + random(4));
  call.cancel();
  await call.end();
}

/** Sends until the call is over; some are finished in time, and begun anew. */
async function sendForEver(open: () => TestCall): Promise<void> {
  for (;;) {
    const call = open();
    const end = call.end();
    const state = { isOver: false };
    void end.then(() => (state.isOver = true));
    for (let sent = 0; !state.isOver; sent += 1) {
      await sendSome(call, 1);
      if (sent < 5 || random(20) > 0) continue;
      void call.send(LAST);
      call.halfClose();
      await end;
    }
    if ((await end).code !== 'OK') return;
  }
}

const uploads: Record<UploadPlan['ending'], (client: TestClient) => Promise<void>> = {
  normal: (client) => finish(client.open(plan.kind)),
  cancel: (client) => cancel(client.open(plan.kind)),
  deadline: async (client) => sendForEver(() => client.open(plan.kind, { timeoutMs: 1 + random(30) })),
  cut: async (client) => sendForEver(() => client.open(plan.kind)),
  kill: async (client) => sendForEver(() => client.open(plan.kind)),
  async exit(client) {
    const call = client.open(plan.kind);
    leaving.push(call);
    await sendSome(call, 1_000);
  },
};

/** Calls that are open when the process cancels all and exits in the same turn. */
const leaving: TestCall[] = [];

const connect = connects[plan.client];
if (connect === undefined) throw new Error(`${plan.client} is no client of this program`);

// Each line is a target: a batch of uploads is made to it, and `open` and `done` are written.
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
  const client = connect(line.value);
  const batch = Array.from({ length: plan.parallel }, () => uploads[plan.ending](client));
  process.stdout.write('open\n');
  if (plan.ending === 'exit') {
    await lines.next();
    for (const call of leaving) call.cancel();
    process.exit();
  }
  await Promise.all(batch);
  await client[Symbol.asyncDispose]();
  process.stdout.write('done\n');
}
