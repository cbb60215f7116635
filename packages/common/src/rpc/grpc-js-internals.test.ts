import { once } from 'node:events';
import { createRequire } from 'node:module';
import {
  Channel,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
} from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gate } from '../testing/streams.js';
import { isBetweenMessages, readServerInternals, takeOverReads, takeOverWrites } from './grpc-js-internals.js';

// The fields that are read were looked at in this version. A new one is taken only together with this test.
const KNOWN_VERSION = '1.14.7';

const same = (bytes: Buffer): Buffer => bytes;
const calls: ServerInterceptingCallInterface[] = [];
const server = new Server({
  interceptors: [
    (_definition, call) => {
      calls.push(call);
      const taken = new ServerInterceptingCall(call);
      taken.start = () => {
        call.start({
          onReceiveMetadata: () => {
            call.sendMetadata(new Metadata());
            call.startRead();
          },
          onReceiveMessage: () => call.startRead(),
          onReceiveHalfClose: () => call.sendStatus({ code: 0, details: '' }),
          onCancel: () => undefined,
        });
      };
      return taken;
    },
  ],
});
let channel: Channel;

beforeAll(async () => {
  server.register('/test/Call', () => undefined, same, same, 'bidi');
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  channel = new Channel(`127.0.0.1:${port}`, credentials.createInsecure(), {});
});

afterAll(() => {
  channel.close();
  server.forceShutdown();
});

describe('grpc-js', () => {
  it('is the version whose fields are known', () => {
    const { version } = createRequire(import.meta.url)('@grpc/grpc-js/package.json') as { version: string };
    expect(version).toBe(KNOWN_VERSION);
  });

  it('has the streams of its calls where they are looked for', async () => {
    const call = channel.createCall('/test/Call', Infinity, null, null, null);
    const header = gate<ReturnType<typeof takeOverReads>>();
    const status = gate<number>();
    call.start(new Metadata(), {
      onReceiveMetadata: () => header.open(takeOverReads(call, () => () => undefined)),
      onReceiveMessage: () => undefined,
      onReceiveStatus: ({ code }) => status.open(code),
    });
    call.startRead();
    const sent = gate();
    call.sendMessageWithContext({ callback: () => sent.open() }, Buffer.from('x'));
    await sent;
    const writes = gate<Parameters<Parameters<typeof takeOverWrites>[1]>[0]>();
    expect(takeOverWrites(call, writes.open)).toBe(true);
    const writeStream = await writes;
    const readStream = await header;
    expect(writeStream).toBe(readStream);
    expect(calls[0]).toMatchObject({ decoder: { readState: 0 } });
    expect(readServerInternals(calls[0] as ServerInterceptingCallInterface)?.stream.session).toBeDefined();
    call.halfClose();
    expect(await status).toBe(0);
    await once(writeStream, 'close');
  });

  it('is left alone where it looks different', () => {
    const other = {} as ServerInterceptingCallInterface & ReturnType<Channel['createCall']>;
    expect(readServerInternals(other)).toBeUndefined();
    expect(isBetweenMessages(other)).toBe(true);
    expect(takeOverWrites(other, () => undefined)).toBe(false);
    expect(takeOverReads(other, () => () => undefined)).toBeUndefined();
  });
});
