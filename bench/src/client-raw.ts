import { connect } from 'node:http2';
import { assertEqual, type BenchClient } from './patterns.js';

/** A reader with nothing around it: what a server can send when the client costs next to nothing. */
export function createRawClient(target: string): BenchClient {
  const session = connect(`http://${target}`);
  return {
    'server streaming': (count) =>
      new Promise((resolve, reject) => {
        const stream = session.request({
          ':method': 'POST',
          ':path': '/stream.ServerStream/Pow',
          'content-type': 'application/grpc',
          te: 'trailers',
        });
        let received = 0;
        let rest: Buffer = Buffer.alloc(0);
        stream.on('data', (data: Buffer) => {
          const chunk = rest.length === 0 ? data : Buffer.concat([rest, data]);
          let position = 0;
          while (position + 5 <= chunk.length) {
            const end = position + 5 + chunk.readUInt32BE(position + 1);
            if (end > chunk.length) break;
            received += 1;
            position = end;
          }
          rest = chunk.subarray(position);
        });
        stream.on('error', reject);
        stream.on('end', () => {
          assertEqual(received, count);
          resolve();
        });
        stream.end(toRequest(count));
      }),
  };
}

/** `{int64 number = 1}` in its frame. */
function toRequest(number: number): Buffer {
  const varint: number[] = [];
  for (let rest = number; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      varint.push(rest);
      break;
    }
    varint.push((rest % 128) | 128);
  }
  return Buffer.from([0, 0, 0, 0, varint.length + 1, 8, ...varint]);
}
