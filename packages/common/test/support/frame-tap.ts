import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A frame that a client has sent: https://www.rfc-editor.org/rfc/rfc9113#name-frame-format */
export interface Frame {
  readonly type: 'DATA' | 'HEADERS' | 'RST_STREAM' | 'PING' | 'GOAWAY' | 'other';
  readonly stream: number;
  readonly endStream: boolean;
}

/** A proxy that writes down what a client sends, and may keep from it what the server sends. */
export interface FrameTap extends AsyncDisposable {
  readonly target: string;
  readonly frames: readonly Frame[];
  /** From now on the client gets nothing; the server still gets everything. */
  mute(): void;
}

const PREFACE_BYTES = 24;
const HEADER_BYTES = 9;
const END_STREAM = 0x1;
const types: Record<number, Frame['type']> = { 0: 'DATA', 1: 'HEADERS', 3: 'RST_STREAM', 6: 'PING', 7: 'GOAWAY' };

export async function startFrameTap(port: number): Promise<FrameTap> {
  const frames: Frame[] = [];
  const sockets = new Set<Socket>();
  let isMuted = false;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const read = createFrameReader((frame) => frames.push(frame));
    client.on('data', (chunk) => {
      read(chunk);
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => !isMuted && client.write(chunk));
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    frames,
    mute: () => (isMuted = true),
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function createFrameReader(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  let isPrefaceRead = false;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    if (!isPrefaceRead) {
      if (pending.length < PREFACE_BYTES) return;
      pending = pending.subarray(PREFACE_BYTES);
      isPrefaceRead = true;
    }
    while (pending.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + pending.readUIntBE(0, 3);
      if (pending.length < end) return;
      const type = types[pending.readUInt8(3)] ?? 'other';
      const endStream = (type === 'DATA' || type === 'HEADERS') && (pending.readUInt8(4) & END_STREAM) !== 0;
      onFrame({ type, stream: pending.readUInt32BE(5) & 0x7fff_ffff, endStream });
      pending = pending.subarray(end);
    }
  };
}
