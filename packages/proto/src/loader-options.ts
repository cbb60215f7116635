import { fileURLToPath } from 'node:url';
import type { Options } from '@grpc/proto-loader';

/** The folder that holds the .proto files; paths of contracts are relative to it. */
export const protoFolder = fileURLToPath(new URL('../proto', import.meta.url));

/**
 * How @grpc/proto-loader reads and writes messages. The generated types are made from this same object, so the
 * two cannot differ: see `generate.ts`. Without `longs` the loader gives `Long` objects, which is the fastest
 * exact form it has; the codec turns them into `bigint`.
 */
export const loaderOptions = {
  keepCase: false,
  enums: String,
  defaults: true,
  oneofs: true,
  includeDirs: [protoFolder],
} satisfies Options;
