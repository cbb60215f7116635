import { fileURLToPath } from 'node:url';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';

const protoFolder = fileURLToPath(new URL('../proto', import.meta.resolve('@streamworks/proto')));

/** Loads a .proto file of packages/proto as other programs do: 64-bit integers are strings. */
export function loadPlain(file: string): PackageDefinition {
  return loadSync(file, { longs: String, enums: String, defaults: true, oneofs: true, includeDirs: [protoFolder] });
}
