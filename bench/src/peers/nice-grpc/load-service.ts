import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadBenchService } from '../grpc-js/load-definitions.js';

/** The service with the names that generated code would give to its methods: nice-grpc takes them as they are. */
export function loadService(): ServiceDefinition {
  const methods = Object.values(loadBenchService());
  return Object.fromEntries(methods.map((method) => [method.originalName ?? method.path, method]));
}
