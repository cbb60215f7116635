// HTTP/2 by hand, for what no client sends: https://www.rfc-editor.org/rfc/rfc9113#name-frame-format

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const types = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

/** END_STREAM and, of PING and SETTINGS, ACK. */
export const END = 0x1;
export const END_HEADERS = 0x4;

const HEADER_BYTES = 9;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** A frame as it is on the wire, with the length that it is given, right or wrong. */
export function toBytes({ type, flags, stream, payload }: Frame, length = payload.length): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUIntBE(length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** Gives the frames of what comes in. */
export function createFrameReader(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + pending.readUIntBE(0, 3);
      if (pending.length < end) return;
      onFrame({
        type: pending.readUInt8(3),
        flags: pending.readUInt8(4),
        stream: pending.readUInt32BE(5) & 0x7fff_ffff,
        payload: pending.subarray(HEADER_BYTES, end),
      });
      pending = pending.subarray(end);
    }
  };
}

/** Headers as HPACK has them without any compression: https://www.rfc-editor.org/rfc/rfc7541#section-6.2.2 */
export function toHeaderBlock(headers: Readonly<Record<string, string>>): Buffer {
  const texts = Object.entries(headers).flatMap(([name, value]) => [Buffer.from([0]), toText(name), toText(value)]);
  return Buffer.concat(texts);
}

/** A length of less than 127 bytes, and so many. */
function toText(text: string): Buffer {
  return Buffer.from([text.length, ...Buffer.from(text)]);
}
