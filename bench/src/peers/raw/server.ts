import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Fields } from './fields.js';
import { createFrameReader, createFrameWriter, sendMessages, toFrame } from './frames.js';

/** What Node's http2 can do with nothing around it but frames written by hand: the ceiling. */
export function startServer(): Promise<number> {
  const subscribers = new Set<ServerHttp2Stream>();
  const methods: Record<string, (stream: ServerHttp2Stream) => void> = {
    Unary: echo,
    ServerStreaming: sendAll,
    ClientStreaming: (stream) => addUp(stream, () => undefined),
    Bidi: echo,
    Subscribe(stream) {
      stream.resume();
      stream.write(toFrame(-1));
      subscribers.add(stream);
      stream.on('close', () => subscribers.delete(stream));
    },
    Publish: (stream) =>
      addUp(stream, (frames) => {
        for (const subscriber of subscribers) subscriber.write(frames);
      }),
  };
  const server = createServer({ maxSessionMemory: 1000 });
  server.on('stream', (stream, headers) => {
    const method = methods[headers[':path']?.split('/').at(-1) ?? ''];
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': method === undefined ? '12' : '0' }));
    if (method === undefined) stream.end();
    else method(stream);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

function echo(stream: ServerHttp2Stream): void {
  const writer = createFrameWriter((batch) => stream.write(batch));
  let goesOn = true;
  const read = createFrameReader(({ first, bytes }) => (goesOn = writer.add(first, bytes) && goesOn));
  stream.on('data', (chunk: Buffer) => {
    goesOn = true;
    read(chunk);
    if (!writer.flush()) goesOn = false;
    if (goesOn) return;
    stream.pause();
    stream.once('drain', () => stream.resume());
  });
  stream.on('end', () => stream.end());
}

function sendAll(stream: ServerHttp2Stream): void {
  const read = createFrameReader(({ first, second }: Fields) => {
    const payload = second === 0 ? undefined : Buffer.alloc(second, 1);
    // A reader that goes away closes the stream, and ends the wait for it.
    sendMessages(stream, { count: first, payload }).catch(() => undefined);
  });
  stream.on('data', read);
}

function addUp(stream: ServerHttp2Stream, onFrames: (frames: Buffer) => void): void {
  let count = 0;
  let sum = 0;
  const frames = createFrameWriter((batch) => {
    onFrames(batch);
    return true;
  });
  const read = createFrameReader(({ first, bytes }) => {
    count += 1;
    sum += first;
    frames.add(first, bytes);
  });
  stream.on('data', (chunk: Buffer) => {
    read(chunk);
    frames.flush();
  });
  stream.on('end', () => stream.end(toFrame(count, sum)));
}
