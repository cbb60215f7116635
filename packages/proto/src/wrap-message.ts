/** The wire type of a field whose length stands before it: https://protobuf.dev/programming-guides/encoding */
const LENGTH_DELIMITED = 2;

/**
 * The bytes of a message with one field that is set, a message whose bytes these are: what is kept encoded is sent without being
 * decoded and encoded again.
 */
export function wrapMessage(fieldNumber: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from([...toVarint(fieldNumber * 8 + LENGTH_DELIMITED), ...toVarint(bytes.length)]),
    bytes,
  ]);
}

function toVarint(number: number): number[] {
  return number < 0x80 ? [number] : [(number & 0x7f) | 0x80, ...toVarint(number >>> 7)];
}
