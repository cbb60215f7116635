import type { UsageRequest } from '../process/messages.js';
import type { Usage } from '../process/usage.js';

/** A server that can be called. */
export interface RunningServer {
  readonly target: string;
  /** What it has used so far; undefined where that cannot be known. */
  readonly readUsage: (request?: UsageRequest) => Promise<Usage | undefined>;
  readonly stop: () => Promise<void>;
}
