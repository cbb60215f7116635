import { startOurServer } from '../ours/server.js';
import { BENCH_SECRET } from './secret.js';

/** Our server with a line of log for each call, which goes nowhere, and a token that is checked. */
export function startServer(): Promise<number> {
  return startOurServer({ AUTH_JWT_SECRET: BENCH_SECRET });
}
