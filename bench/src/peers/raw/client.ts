import { connect, type ClientHttp2Stream } from 'node:http2';
import type { BenchClient, BenchSummary, Load } from '../bench-client.js';
import { createTally } from '../tally.js';
import type { Fields } from './fields.js';
import { createFrameReader, createFrameWriter, sendMessages, toFrame } from './frames.js';

/** What Node's http2 can do with nothing around it but frames written by hand: the ceiling. */
export function createBenchClient(target: string): BenchClient {
  const session = connect(`http://${target}`, { maxSessionMemory: 1000 });
  const open = (method: string): ClientHttp2Stream =>
    session.request({
      ':method': 'POST',
      ':path': `/streamworks.bench.BenchService/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
  return {
    async unary({ number, payload }) {
      const stream = open('Unary');
      const answer = readOne(stream, ({ first }) => first);
      stream.end(toFrame(number, payload));
      return answer;
    },
    serverStreaming(load) {
      const stream = open('ServerStreaming');
      stream.end(toFrame(load.count, load.payload?.length));
      return readAll(stream, load);
    },
    async clientStreaming(load) {
      const stream = open('ClientStreaming');
      const summary = readOne(stream, toSummary);
      await sendMessages(stream, load);
      return summary;
    },
    async bidi(load) {
      const stream = open('Bidi');
      await Promise.all([readAll(stream, load), sendMessages(stream, load)]);
    },
    openRoundTrips() {
      const stream = open('Bidi');
      let answer: (number: number) => void;
      const ended = read(stream, ({ first }) => answer(first));
      return {
        roundTrip({ number, payload }) {
          stream.write(toFrame(number, payload));
          return new Promise((resolve) => (answer = resolve));
        },
        end() {
          stream.end();
          return ended;
        },
      };
    },
    subscribe(onMessage) {
      const stream = open('Subscribe');
      stream.end(toFrame(0));
      return read(stream, ({ first, bytes }) => onMessage(first, bytes?.length ?? 0));
    },
    openPublishing: () => publish(open('Publish')),
  };
}

function publish(stream: ClientHttp2Stream) {
  const summary = readOne(stream, toSummary);
  const writer = createFrameWriter((batch) => stream.write(batch));
  let isScheduled = false;
  return {
    send({ number, payload }: { number: number; payload: Buffer | undefined }) {
      writer.add(number, payload);
      if (isScheduled) return;
      isScheduled = true;
      queueMicrotask(() => {
        isScheduled = false;
        writer.flush();
      });
    },
    end() {
      writer.flush();
      stream.end();
      return summary;
    },
  };
}

const toSummary = ({ first, second }: Fields): BenchSummary => ({ count: first, sum: second });

function readAll(stream: ClientHttp2Stream, load: Load): Promise<void> {
  const tally = createTally(load);
  return read(stream, ({ first, bytes }) => tally.add(first, bytes?.length ?? 0)).then(tally.check);
}

async function readOne<Answer>(stream: ClientHttp2Stream, toAnswer: (fields: Fields) => Answer): Promise<Answer> {
  const answers: Answer[] = [];
  await read(stream, (fields) => answers.push(toAnswer(fields)));
  const [answer] = answers;
  if (answer === undefined) throw new Error('the call ended without a response');
  return answer;
}

/** Reads to the end; rejects where that is no OK. */
function read(stream: ClientHttp2Stream, onMessage: (fields: Fields) => void): Promise<void> {
  let status: unknown;
  stream.on('data', createFrameReader(onMessage));
  stream.on('trailers', (trailers) => (status = trailers['grpc-status']));
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('end', () =>
      status === '0' ? resolve() : reject(new Error(`the call ended with status ${String(status)}`)),
    );
  });
}
