import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary, type DescService } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** The service from the descriptor set: the same reflective codec that generated code would hand to it. */
export function loadService(): DescService {
  const path = new URL('../descriptors.binpb', import.meta.resolve('@streamworks/proto'));
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(path)));
  const service = registry.getService('streamworks.bench.BenchService');
  if (service === undefined) throw new Error('the descriptor set has no BenchService');
  return service;
}
