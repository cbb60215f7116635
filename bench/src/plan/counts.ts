import type { Pattern } from './cell.js';

/** How many of one int64 each: what the aims are for. */
export const referenceCounts: Readonly<Record<Pattern, number>> = {
  'server-streaming': 300_000,
  'client-streaming': 200_000,
  bidi: 60_000,
  'ping-pong': 5_000,
  unary: 20_000,
  'fan-out': 2_000,
  idle: 10_000,
  'stopped-reader': 2 ** 20,
};

/** How many where the figures decide nothing. */
const quickCounts: Readonly<Record<Pattern, number>> = {
  'server-streaming': 3_000,
  'client-streaming': 1_000,
  bidi: 1_000,
  'ping-pong': 100,
  unary: 300,
  'fan-out': 30,
  idle: 100,
  'stopped-reader': 4_096,
};

/** Those who receive each message of the fan-out. */
export const toSubscribers = ({ quick, subscribers = quick ? 20 : 200 }: SubscriberOptions): number => subscribers;

interface SubscriberOptions {
  readonly quick: boolean;
  readonly subscribers: number | undefined;
}

/**
 * The payload of a reader that stops: the reference count of them are 1 GiB. They are small and many, because a server
 * that queues without bound keeps each message, and not what they share, which is the payload.
 */
export const STOPPED_READER_PAYLOAD_BYTES = 1024;

/** A message takes about as long as this many bytes of payload. */
const BYTES_LIKE_A_MESSAGE = 256;

/** How many messages with such a payload take about as long as those of one int64. */
export function toCount(pattern: Pattern, payloadBytes: number, { quick }: { readonly quick: boolean }): number {
  const count = (quick ? quickCounts : referenceCounts)[pattern];
  if (payloadBytes === 0 || pattern === 'stopped-reader') return count;
  const fewest = quick ? 20 : pattern === 'fan-out' ? 100 : 1_000;
  return Math.min(count, Math.max(fewest, Math.round(count / (1 + payloadBytes / BYTES_LIKE_A_MESSAGE))));
}
