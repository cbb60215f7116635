import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';

/** Reads the .proto file with the options of the tutorials. */
export function loadDefinitions(): PackageDefinition {
  const folder = fileURLToPath(new URL('../proto', import.meta.resolve('@streamworks/proto')));
  return loadSync('streamworks/bench/bench.proto', {
    includeDirs: [folder],
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
}

/** The service of the benchmark, as grpc-js takes it. */
export function loadBenchService(): ServiceDefinition {
  return loadDefinitions()['streamworks.bench.BenchService'] as ServiceDefinition; // the file defines it
}
