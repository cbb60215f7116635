/** What a message of this contract can hold: two fields of numbers, the second of which may be bytes instead. */
export interface Fields {
  first: number;
  second: number;
  bytes: Buffer | undefined;
}

const FIRST_VARINT = 0x08;
const SECOND_VARINT = 0x10;
const SECOND_BYTES = 0x12;
/** The tag and the longest varint, twice. */
const MOST_NUMBER_BYTES = 22;

/** How many bytes {@link writeFields} may need. */
export function toMostBytes(payload: Buffer | undefined): number {
  return MOST_NUMBER_BYTES + (payload?.length ?? 0);
}

/** Writes the fields, absent where they have protobuf's default, and gives the position behind them. */
export function writeFields(target: Buffer, start: number, first: number, second: number | Buffer | undefined): number {
  let position = start;
  if (first !== 0) {
    target[position] = FIRST_VARINT;
    position = writeVarint(target, position + 1, first);
  }
  if (second === undefined || second === 0) return position;
  if (typeof second === 'number') {
    target[position] = SECOND_VARINT;
    return writeVarint(target, position + 1, second);
  }
  target[position] = SECOND_BYTES;
  position = writeVarint(target, position + 1, second.length);
  return position + second.copy(target, position);
}

function writeVarint(target: Buffer, start: number, value: number): number {
  let position = start;
  if (value < 0) {
    for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
      if (rest < 128n) return target.writeUInt8(Number(rest), position);
      position = target.writeUInt8(Number(rest & 127n) | 128, position);
    }
  }
  let rest = value;
  for (; rest >= 2 ** 31; rest = Math.floor(rest / 128)) {
    target[position] = (rest % 128) | 128;
    position += 1;
  }
  for (; rest >= 128; rest >>>= 7) {
    target[position] = (rest & 127) | 128;
    position += 1;
  }
  target[position] = rest;
  return position + 1;
}

/** Where the varint ends that was read last. */
let behind = 0;

/** Reads the fields of the message from start to end into the object. */
export function readFields(source: Buffer, start: number, end: number, into: Fields): void {
  into.first = 0;
  into.second = 0;
  into.bytes = undefined;
  let position = start;
  while (position < end) {
    const tag = source[position];
    const value = readVarint(source, position + 1);
    position = behind;
    if (tag === FIRST_VARINT) into.first = value;
    else if (tag === SECOND_VARINT) into.second = value;
    else if (tag === SECOND_BYTES) {
      into.bytes = source.subarray(position, position + value);
      position += value;
    } else throw new Error(`no message of the benchmark has a field ${tag}`);
  }
}

function readVarint(source: Buffer, start: number): number {
  let value = 0;
  let factor = 1;
  let position = start;
  for (; position < start + 10; position += 1) {
    const byte = source[position] ?? 0;
    value += (byte & 127) * factor;
    if (byte < 128) break;
    factor *= 128;
  }
  behind = position + 1;
  // Ten bytes are a negative number, whose distance from 2^64 no double holds.
  return behind - start < 10 ? value : readNegative(source, start);
}

function readNegative(source: Buffer, start: number): number {
  let value = 0n;
  for (let index = 0; index < 10; index += 1) value |= BigInt((source[start + index] ?? 0) & 127) << BigInt(7 * index);
  return Number(BigInt.asIntN(64, value));
}
