import { readWhole, type Flags } from './flags.js';
import { soakDefaults as byDefault, type SoakOptions } from './peer.js';

/** A timer of Node waits for a little longer than 24 days. */
const LONGEST_SECONDS = 24 * 24 * 60 * 60;
/** A message of protobuf holds less than twice as much. */
const LARGEST_PAYLOAD = 2 ** 30;
const MOST_WORKERS = 1_000;

/** The official flags of the soak cases. */
export const soakFlags = [
  'soak_iterations',
  'soak_max_failures',
  'soak_per_iteration_max_acceptable_latency_ms',
  'soak_overall_timeout_seconds',
  'soak_min_time_ms_between_rpcs',
  'soak_request_size',
  'soak_response_size',
  'soak_num_threads',
] as const;

/** Reads the flags of the soak cases. */
export function readSoak(flags: Flags): SoakOptions {
  const read = (name: (typeof soakFlags)[number], value: number, bounds: { least?: number; most?: number } = {}) =>
    readWhole(flags, name, { byDefault: value, ...bounds });
  const seconds = byDefault.overallTimeoutMs / 1000;
  return {
    iterations: read('soak_iterations', byDefault.iterations, { least: 1 }),
    maxFailures: read('soak_max_failures', byDefault.maxFailures),
    maxLatencyMs: read('soak_per_iteration_max_acceptable_latency_ms', byDefault.maxLatencyMs),
    overallTimeoutMs: read('soak_overall_timeout_seconds', seconds, { least: 1, most: LONGEST_SECONDS }) * 1000,
    minIntervalMs: read('soak_min_time_ms_between_rpcs', byDefault.minIntervalMs),
    requestSize: read('soak_request_size', byDefault.requestSize, { most: LARGEST_PAYLOAD }),
    responseSize: read('soak_response_size', byDefault.responseSize, { most: LARGEST_PAYLOAD }),
    workers: read('soak_num_threads', byDefault.workers, { least: 1, most: MOST_WORKERS }),
  };
}
