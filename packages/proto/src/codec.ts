import { Long, type MessageTypeDefinition } from '@grpc/proto-loader';
import { checkWire } from './check-wire.js';
import { EncodeError } from './codec-error.js';
import type { Codec } from './contract.js';
import type { FieldPlan, MessagePlan } from './message-plan.js';

/** A message as @grpc/proto-loader takes and gives it: 64-bit integers are `Long`. */
type LoaderMessage = Record<string, unknown>;

/** The codec of one message type: @grpc/proto-loader's, checked at both edges and with `bigint` for 64 bits. */
export function createCodec<Message>(
  definition: MessageTypeDefinition<object, object>,
  plan: MessagePlan,
): Codec<Message> {
  const toExact = createExactConverter(plan);
  return {
    encode: (message) => definition.serialize(toLoaderMessage(message, plan)),
    decode(bytes) {
      checkWire(bytes, plan);
      // protobufjs gives byte fields the type of its input, and handlers are promised a Buffer.
      const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const message = definition.deserialize(buffer) as LoaderMessage;
      toExact?.(message);
      return message as Message; // the generated types describe what the loader gives for this definition
    },
  };
}

// --- encode: check every value, bigint → Long ---

function toLoaderMessage(message: unknown, plan: MessagePlan): LoaderMessage {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw new EncodeError('type', plan.name, `expected an object, got ${describe(message)}`);
  }
  const result: LoaderMessage = {};
  let oneofsSet: Map<string, string> | undefined;
  for (const [name, value] of Object.entries(message)) {
    if (value === undefined || value === null) continue;
    const field = plan.fields.get(name);
    if (field === undefined) {
      if (plan.oneofs.has(name)) continue;
      throw new EncodeError('type', name, `no such field in ${plan.name}`);
    }
    if (field.oneof !== undefined) {
      oneofsSet ??= new Map();
      const other = oneofsSet.get(field.oneof);
      if (other !== undefined) throw new EncodeError('type', name, `${other} is set already: only one may be`);
      oneofsSet.set(field.oneof, name);
    }
    result[name] = toLoaderField(value, field);
  }
  return result;
}

function toLoaderField(value: unknown, field: FieldPlan): unknown {
  if (field.isMap) return toLoaderMap(value, field);
  if (!field.repeated) return toLoaderValue(value, field, field.name);
  if (!Array.isArray(value)) throw typeError(field.name, 'an array', value);
  return value.map((item, index) => toLoaderValue(item, field, `${field.name}[${index}]`));
}

function toLoaderMap(value: unknown, field: FieldPlan): LoaderMessage {
  if (typeof value !== 'object' || value === null) throw typeError(field.name, 'an object', value);
  const valueField = field.message?.fields.get('value');
  if (valueField === undefined) throw new Error(`map field ${field.name} has no value type`);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, toLoaderValue(item, valueField, `${field.name}["${key}"]`)]),
  );
}

function toLoaderValue(value: unknown, field: FieldPlan, path: string): unknown {
  switch (field.type) {
    case 'message':
      try {
        // A field of type message has its plan: message-plan.ts resolves it or throws.
        return toLoaderMessage(value, field.message as MessagePlan);
      } catch (error) {
        throw error instanceof EncodeError ? error.within(path) : error;
      }
    case 'enum':
      return checkEnum(value, field, path);
    case 'string':
      if (typeof value !== 'string') throw typeError(path, 'a string', value);
      if (!value.isWellFormed()) throw new EncodeError('type', path, 'has half of a surrogate pair');
      return value;
    case 'bytes':
      if (!(value instanceof Uint8Array)) throw typeError(path, 'bytes', value);
      return value;
    case 'bool':
      if (typeof value !== 'boolean') throw typeError(path, 'a boolean', value);
      return value;
    case 'double':
    case 'float':
      if (typeof value !== 'number') throw typeError(path, 'a number', value);
      return value;
    case 'int64':
    case 'sint64':
    case 'sfixed64':
      return toLong(value, path, false);
    case 'uint64':
    case 'fixed64':
      return toLong(value, path, true);
    case 'uint32':
    case 'fixed32':
      return checkInteger(value, path, 0, 0xffff_ffff);
    default:
      return checkInteger(value, path, -0x8000_0000, 0x7fff_ffff);
  }
}

function checkEnum(value: unknown, field: FieldPlan, path: string): unknown {
  if (typeof value === 'number') return checkInteger(value, path, -0x8000_0000, 0x7fff_ffff);
  if (typeof value === 'string' && field.enumValues?.has(value)) return value;
  const allowed = [...(field.enumValues ?? [])].join(', ');
  throw new EncodeError('type', path, `expected one of ${allowed}, got ${describe(value)}`);
}

function checkInteger(value: unknown, path: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw typeError(path, 'an integer', value);
  if (value < least || value > most) {
    throw new EncodeError('range', path, `${value} is not between ${least} and ${most}`);
  }
  return value;
}

const INT64_LEAST = -(2n ** 63n);
const INT64_MOST = 2n ** 63n - 1n;
const UINT64_MOST = 2n ** 64n - 1n;

function toLong(value: unknown, path: string, unsigned: boolean): Long {
  if (typeof value !== 'bigint') throw typeError(path, 'a bigint', value);
  const least = unsigned ? 0n : INT64_LEAST;
  const most = unsigned ? UINT64_MOST : INT64_MOST;
  if (value < least || value > most) {
    throw new EncodeError('range', path, `${value} is not between ${least} and ${most}`);
  }
  return Long.fromBits(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)), unsigned);
}

function typeError(path: string, expected: string, value: unknown): EncodeError {
  return new EncodeError('type', path, `expected ${expected}, got ${describe(value)}`);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'bigint') return `the bigint ${value}`;
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}

// --- decode: Long → bigint, in place ---

type Converter = (message: LoaderMessage) => void;

/** A function that replaces every `Long` in a decoded message, or undefined where the type can hold none. */
function createExactConverter(
  plan: MessagePlan,
  made = new Map<MessagePlan, Converter | 'none'>(),
): Converter | undefined {
  const known = made.get(plan);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const steps: Converter[] = [];
  // Set before the fields are visited: a message may hold itself.
  made.set(plan, (message) => {
    for (const step of steps) step(message);
  });
  for (const field of plan.fields.values()) {
    const step = createFieldConverter(field, made);
    if (step !== undefined) steps.push(step);
  }
  if (steps.length === 0) made.set(plan, 'none');
  return createExactConverter(plan, made);
}

function createFieldConverter(
  { name, type, message, repeated, isMap }: FieldPlan,
  made: Map<MessagePlan, Converter | 'none'>,
): Converter | undefined {
  if (isMap) return createMapConverter(name, message?.fields.get('value'), made);
  const convert = createValueConverter(type, message, made);
  if (convert === undefined) return undefined;
  if (repeated) {
    return (target) => {
      const values = target[name] as unknown[]; // `defaults` gives every repeated field an array
      for (let index = 0; index < values.length; index += 1) values[index] = convert(values[index]);
    };
  }
  return (target) => {
    const value = target[name];
    if (value !== undefined && value !== null) target[name] = convert(value);
  };
}

function createMapConverter(
  name: string,
  valueField: FieldPlan | undefined,
  made: Map<MessagePlan, Converter | 'none'>,
): Converter | undefined {
  const convert = valueField && createValueConverter(valueField.type, valueField.message, made);
  if (convert === undefined) return undefined;
  return (target) => {
    const map = target[name] as LoaderMessage; // `defaults` gives every map field an object
    for (const key of Object.keys(map)) map[key] = convert(map[key]);
  };
}

function createValueConverter(
  type: FieldPlan['type'],
  message: MessagePlan | undefined,
  made: Map<MessagePlan, Converter | 'none'>,
): ((value: unknown) => unknown) | undefined {
  if (message !== undefined) {
    const convert = createExactConverter(message, made);
    return convert && ((value) => (convert(value as LoaderMessage), value));
  }
  return type.endsWith('64') ? (value) => toBigInt(value as Long) : undefined;
}

function toBigInt({ high, low, unsigned }: Long): bigint {
  const signedHigh = unsigned ? high >>> 0 : high;
  // Up to 53 bits a double is exact, and a bigint made from one costs a third.
  if (signedHigh >= -0x20_0000 && signedHigh < 0x20_0000) return BigInt(signedHigh * 0x1_0000_0000 + (low >>> 0));
  return (BigInt(signedHigh) << 32n) | BigInt(low >>> 0);
}
