import type { BenchClient } from '../bench-client.js';
import { createBenchClient as createPlainClient } from '../grpc-js/client.js';

/** Plain grpc-js with the one option that takes the worst out of its sending: it keeps less for a retry. */
export function createBenchClient(target: string): BenchClient {
  return createPlainClient(target, { 'grpc.per_rpc_retry_buffer_size': 16384 });
}
