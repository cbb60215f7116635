import { readFileSync } from 'node:fs';
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';

/** One file of the descriptor set, with what reflection asks for. */
export interface FileDescriptor {
  /** The path relative to the proto folder: `stream/pow.proto`. */
  readonly name: string;
  /** The encoded FileDescriptorProto, byte for byte as the compiler wrote it. */
  readonly bytes: Buffer;
  /** Names of the files that it imports. */
  readonly dependencies: readonly string[];
  /** Full names of the messages, enums, services and methods that it defines. */
  readonly symbols: readonly string[];
}

interface TypeDescriptor {
  name: string;
  nestedType: TypeDescriptor[];
  enumType: { name: string }[];
}

interface DecodedFile {
  name: string;
  package?: string;
  dependency: string[];
  messageType: TypeDescriptor[];
  enumType: { name: string }[];
  service: { name: string; method: { name: string }[] }[];
}

const descriptorSetPath = new URL('../descriptors.binpb', import.meta.url);

/** Reads the descriptor set of every .proto file here, imports included, in the order that imports ask for. */
export function readDescriptorSet(): FileDescriptor[] {
  const types = loadSync('google/protobuf/descriptor.proto', { arrays: true });
  const fileType = types['google.protobuf.FileDescriptorProto'] as MessageTypeDefinition<object, DecodedFile>;
  return splitFiles(readFileSync(descriptorSetPath)).map((bytes) => {
    const file = fileType.deserialize(bytes);
    return { name: file.name, bytes, dependencies: file.dependency, symbols: [...listSymbols(file)] };
  });
}

/** Splits `FileDescriptorSet { repeated FileDescriptorProto file = 1; }` without decoding the files. */
function splitFiles(set: Buffer): Buffer[] {
  const files: Buffer[] = [];
  for (let position = 0; position < set.length;) {
    if (set[position] !== 0x0a) throw new Error('descriptors.binpb is no FileDescriptorSet');
    let length = 0;
    let shift = 0;
    for (let byte = 0x80; byte >= 0x80; shift += 7) {
      position += 1;
      byte = set.readUInt8(position);
      length |= (byte & 0x7f) << shift;
    }
    const start = position + 1;
    position = start + length;
    files.push(set.subarray(start, position));
  }
  return files;
}

function* listSymbols(file: DecodedFile): Generator<string> {
  const scope = file.package === undefined || file.package === '' ? '' : `${file.package}.`;
  yield* listTypes(scope, file.messageType);
  for (const { name } of file.enumType) yield `${scope}${name}`;
  for (const service of file.service) {
    yield `${scope}${service.name}`;
    for (const method of service.method) yield `${scope}${service.name}.${method.name}`;
  }
}

function* listTypes(scope: string, types: readonly TypeDescriptor[]): Generator<string> {
  for (const type of types) {
    yield `${scope}${type.name}`;
    for (const { name } of type.enumType) yield `${scope}${type.name}.${name}`;
    yield* listTypes(`${scope}${type.name}.`, type.nestedType);
  }
}
