import { createSecretKey } from 'node:crypto';
import { withToken } from '@streamworks/common';
import { signToken } from '@streamworks/common/testing';
import type { BenchClient } from '../bench-client.js';
import { createBenchClient as createOurClient } from '../ours/client.js';
import { BENCH_SECRET } from './secret.js';

/** Our client with a token, for the server that asks for one. */
export async function createBenchClient(target: string): Promise<BenchClient> {
  const token = await signToken(createSecretKey(Buffer.from(BENCH_SECRET)), { sub: 'bench' });
  return createOurClient(target, { interceptors: [withToken(token)] });
}
