import { isUtf8 } from 'node:buffer';
import { DecodeError } from './codec-error.js';
import type { FieldPlan, FieldType, MessagePlan } from './message-plan.js';

/** https://protobuf.dev/programming-guides/encoding/#structure */
const VARINT = 0;
const I64 = 1;
const LEN = 2;
const START_GROUP = 3;
const END_GROUP = 4;
const I32 = 5;

/** As deep as Google's own parsers go by default. */
const MAX_DEPTH = 100;

const WIRE_TYPES: Record<FieldType, number> = {
  double: I64,
  fixed64: I64,
  sfixed64: I64,
  float: I32,
  fixed32: I32,
  sfixed32: I32,
  string: LEN,
  bytes: LEN,
  message: LEN,
  int64: VARINT,
  uint64: VARINT,
  int32: VARINT,
  uint32: VARINT,
  sint32: VARINT,
  sint64: VARINT,
  bool: VARINT,
  enum: VARINT,
};

/**
 * Throws a {@link DecodeError} unless the bytes are a whole, well-formed message of the planned type. protobufjs
 * does not: a field that ends early, or runs past the message that it is nested in, passes it.
 * Unknown fields are allowed.
 */
export function checkWire(bytes: Uint8Array, plan: MessagePlan): void {
  const reader: Reader = { bytes, position: 0 };
  checkMessage(reader, bytes.length, plan, 0);
}

interface Reader {
  readonly bytes: Uint8Array;
  position: number;
}

function checkMessage(reader: Reader, end: number, plan: MessagePlan | undefined, depth: number): void {
  if (depth > MAX_DEPTH) throw new DecodeError('messages are nested too deep');
  while (reader.position < end) {
    const tag = readSmallVarint(reader, end);
    const number = tag >>> 3;
    const wireType = tag & 7;
    if (number === 0) throw new DecodeError('field number 0');
    checkValue(reader, end, { number, wireType, field: plan?.numbers.get(number), depth });
  }
}

interface Value {
  readonly number: number;
  readonly wireType: number;
  readonly field: FieldPlan | undefined;
  readonly depth: number;
}

function checkValue(reader: Reader, end: number, { number, wireType, field, depth }: Value): void {
  if (field !== undefined && wireType !== WIRE_TYPES[field.type]) {
    if (!(field.repeated && wireType === LEN)) {
      throw new DecodeError(`field ${field.name} has wire type ${wireType}`);
    }
    return checkPacked(reader, readEnd(reader, end), WIRE_TYPES[field.type]);
  }
  switch (wireType) {
    case VARINT:
      return skipVarint(reader, end);
    case I64:
      return skip(reader, end, 8);
    case I32:
      return skip(reader, end, 4);
    case LEN:
      return checkDelimited(reader, readEnd(reader, end), field, depth);
    case START_GROUP:
      return checkGroup(reader, end, number, depth);
    default:
      throw new DecodeError(`field ${number} has wire type ${wireType}`);
  }
}

function checkDelimited(reader: Reader, end: number, field: FieldPlan | undefined, depth: number): void {
  if (field?.message !== undefined) {
    checkMessage(reader, end, field.message, depth + 1);
  } else if (field?.type === 'string' && !isUtf8(reader.bytes.subarray(reader.position, end))) {
    throw new DecodeError(`field ${field.name} is not valid UTF-8`);
  }
  reader.position = end;
}

function checkPacked(reader: Reader, end: number, wireType: number): void {
  if (wireType === VARINT) {
    while (reader.position < end) skipVarint(reader, end);
    return;
  }
  if ((end - reader.position) % (wireType === I64 ? 8 : 4) !== 0) throw truncated();
  reader.position = end;
}

function checkGroup(reader: Reader, end: number, group: number, depth: number): void {
  if (depth > MAX_DEPTH) throw new DecodeError('messages are nested too deep');
  for (;;) {
    if (reader.position >= end) throw truncated();
    const tag = readSmallVarint(reader, end);
    if ((tag & 7) === END_GROUP) {
      if (tag >>> 3 !== group) throw new DecodeError(`group ${group} has the end of another`);
      return;
    }
    checkValue(reader, end, { number: tag >>> 3, wireType: tag & 7, field: undefined, depth: depth + 1 });
  }
}

/** Reads a length and gives the position at which what follows it ends. */
function readEnd(reader: Reader, end: number): number {
  const length = readSmallVarint(reader, end);
  if (length > end - reader.position) throw truncated();
  return reader.position + length;
}

/** Reads a tag or a length: both fit 32 bits, so five bytes at most. */
function readSmallVarint(reader: Reader, end: number): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = reader.position < end ? reader.bytes[reader.position] : undefined;
    if (byte === undefined) throw truncated();
    reader.position += 1;
    value |= (byte & 127) << shift;
    if (byte < 128) {
      if (shift === 28 && byte > 15) break;
      return value >>> 0;
    }
  }
  throw new DecodeError('a tag or a length over 32 bits');
}

function skipVarint(reader: Reader, end: number): void {
  for (let length = 1; length <= 10; length += 1) {
    const byte = reader.position < end ? reader.bytes[reader.position] : undefined;
    if (byte === undefined) throw truncated();
    reader.position += 1;
    if (byte < 128) return;
  }
  throw new DecodeError('a varint of more than ten bytes');
}

function skip(reader: Reader, end: number, length: number): void {
  if (length > end - reader.position) throw truncated();
  reader.position += length;
}

function truncated(): DecodeError {
  return new DecodeError('the message ends in the middle of a field');
}
