import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import fc, { type Arbitrary } from 'fast-check';
import { gate } from '../../src/testing/index.js';
import { FourKinds } from '../../test/support/four-kinds.js';
import { frame } from '../../test/support/raw-client.js';
import { createFrameReader, END, END_HEADERS, PREFACE, toBytes, toHeaderBlock, types } from './frames.js';
import { fuzz, type FuzzLimit } from './fuzz.js';
import { cut } from './request-bytes.js';
import type { Attack } from './run-trial.js';

const ANSWER_LIMIT_MS = 10_000;

/** How long a server is given that has nothing to say to what it got. */
const SILENCE_MS = 20;

const none = Buffer.alloc(0);
const request = toHeaderBlock({
  ':method': 'POST',
  ':scheme': 'http',
  ':authority': 'localhost',
  ':path': FourKinds.methods.bidi.path,
  'content-type': 'application/grpc',
  te: 'trailers',
});

/** A connection: a whole call, cut into frames, and what comes between these. */
interface Connection {
  readonly steps: readonly Buffer[];
  /** What is to be echoed; undefined where the frames are wrong, and anything but harm to others is right. */
  readonly echo: Buffer | undefined;
}

/** HTTP/2 frames, right ones in odd places and wrong ones anywhere, in pieces of any size. */
export function fuzzFrames(limit: FuzzLimit): Attack {
  return async ({ port, expectRight }) => {
    const counts = { echoed: 0, refused: 0, silent: 0 };
    const property = fc.asyncProperty(
      connections(),
      fc.infiniteStream(fc.integer({ min: 1, max: 200 })),
      async ({ steps, echo }, sizes) => {
        const outcome = await send(port, cut(Buffer.concat([...steps]), sizes), echo);
        if (echo !== undefined && outcome !== 'echoed') throw new Error(`${outcome}, and the frames were right`);
        counts[outcome] += 1;
        await expectRight();
      },
    );
    return { cases: await fuzz(property, limit), ...counts };
  };
}

/** Sends everything, answers PINGs, and tells what came of the call. */
async function send(port: number, parts: readonly Buffer[], echo: Buffer | undefined) {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  socket.on('error', () => undefined); // the server has closed it
  let outcome = 'silent' as 'echoed' | 'refused' | 'silent';
  let data = none;
  const written = gate();
  const answered = new Promise<void>((resolve) => {
    const refuse = (): void => {
      if (outcome === 'silent') outcome = 'refused';
      resolve();
    };
    const read = createFrameReader(({ type, flags, stream, payload }) => {
      // Not in the middle of what is being written.
      if (type === types.PING && flags === 0)
        void written.then(() => socket.write(toBytes({ type, flags: END, stream, payload })));
      if (type === types.GOAWAY || type === types.RST_STREAM) refuse();
      if (type === types.DATA && stream === 1) data = Buffer.concat([data, payload]);
      if (type !== types.HEADERS || stream !== 1 || (flags & END) === 0) return;
      if (echo === undefined || data.equals(echo)) outcome = 'echoed';
      resolve();
    });
    socket.on('data', read);
    socket.on('close', refuse);
  });
  await Promise.race([once(socket, 'connect'), answered]);
  for (const part of parts) {
    socket.write(part);
    await nextTurn();
  }
  written.open();
  await Promise.race([answered, wait(echo === undefined ? SILENCE_MS : ANSWER_LIMIT_MS, undefined, { ref: false })]);
  socket.destroy();
  return outcome;
}

function connections(): Arbitrary<Connection> {
  const steps = fc.tuple(calls(), fc.array(fc.tuple(fc.nat(30), harmless()), { maxLength: 6 }));
  const wrong = fc.array(fc.tuple(fc.nat(30), harmful()), { minLength: 1, maxLength: 4 });
  const start = [PREFACE, toBytes({ type: types.SETTINGS, flags: 0, stream: 0, payload: none })];
  return fc.tuple(steps, fc.option(wrong)).map(([[{ frames, echo }, between], bad]) => {
    const all = [...frames];
    for (const [place, bytes] of [...between, ...(bad ?? [])]) all.splice(place % (all.length + 1), 0, bytes);
    return { steps: [...start, ...all], echo: bad === null ? echo : undefined };
  });
}

/** A call of some messages that has its frames cut anywhere. */
function calls(): Arbitrary<{ readonly frames: Buffer[]; readonly echo: Buffer }> {
  const texts = fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 8 });
  return fc.tuple(texts, fc.infiniteStream(fc.integer({ min: 1, max: 50 }))).map(([messages, sizes]) => {
    const echo = Buffer.concat(messages.map((text) => frame(text)));
    const headers = { type: types.HEADERS, flags: END_HEADERS, stream: 1, payload: request };
    const data = [...cut(echo, sizes), none];
    const frames = data.map((payload, index) =>
      toBytes({ type: types.DATA, flags: index === data.length - 1 ? END : 0, stream: 1, payload }),
    );
    return { frames: [toBytes(headers), ...frames], echo };
  });
}

/** What is right at any time. */
function harmless(): Arbitrary<Buffer> {
  return fc.constantFrom(
    toBytes({ type: types.PING, flags: 0, stream: 0, payload: Buffer.alloc(8) }),
    toBytes({ type: types.SETTINGS, flags: 0, stream: 0, payload: Buffer.from([0, 4, 0, 1, 0, 0]) }),
    toBytes({ type: types.WINDOW_UPDATE, flags: 0, stream: 0, payload: Buffer.from([0, 0, 1, 0]) }),
    toBytes({ type: types.PRIORITY, flags: 0, stream: 1, payload: Buffer.from([0, 0, 0, 0, 7]) }),
    toBytes({ type: 0xbe, flags: 0xff, stream: 0, payload: Buffer.from('of a type that nobody knows') }),
  );
}

/** Any frame, with any payload, and often with another length than it says; or bytes that are no frame. */
function harmful(): Arbitrary<Buffer> {
  const bytes = fc.uint8Array({ maxLength: 100 }).map((payload) => Buffer.from(payload));
  const stream = fc.oneof(fc.nat(4), fc.nat(2 ** 31 - 1));
  const any = fc.record({ type: fc.nat(12), flags: fc.nat(255), stream, payload: bytes });
  const length = fc.option(fc.nat(2 ** 24 - 1));
  const reset = fc.nat(20).map((code) => {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(code);
    return toBytes({ type: types.RST_STREAM, flags: 0, stream: 1, payload });
  });
  return fc.oneof(
    any.map((parts) => toBytes(parts)),
    fc.tuple(any, length).map(([parts, given]) => toBytes(parts, given ?? parts.payload.length)),
    reset,
    bytes,
  );
}
