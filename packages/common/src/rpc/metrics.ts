import type { Method } from '@streamworks/proto';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { StatusCode } from '../errors/status-error.js';
import type { BoundMethod } from './define-service.js';
import type { CallOutcome } from './server-call.js';

/** The metrics of one server: names and labels as in go-grpc-prometheus, so that its dashboards fit. */
export interface ServerMetrics {
  readonly registry: Registry;
  onStart(method: BoundMethod): void;
  onEnd(method: BoundMethod, outcome: CallOutcome): void;
}

/** Seconds: from a unary call on loopback to a stream of ten minutes. */
const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 600];

/** The name of a method's kind, as logs and metrics have it. */
export function toKind({ requestStream, responseStream }: Method<any, any>): string {
  if (requestStream) return responseStream ? 'bidi_stream' : 'client_stream';
  return responseStream ? 'server_stream' : 'unary';
}

/** Creates the metrics of a server, with Node's own (memory, event loop delay, garbage collection). */
export function createServerMetrics(): ServerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labelNames = ['grpc_type', 'grpc_service', 'grpc_method'] as const;
  const common = { registers: [registry], labelNames };
  const counter = (name: string, help: string): Counter => new Counter({ ...common, name, help });
  const started = counter('grpc_server_started_total', 'Calls started.');
  const received = counter('grpc_server_msg_received_total', 'Messages received.');
  const sent = counter('grpc_server_msg_sent_total', 'Messages sent.');
  const handled = new Counter({
    ...common,
    labelNames: [...labelNames, 'grpc_code'],
    name: 'grpc_server_handled_total',
    help: 'Calls ended, by status code.',
  });
  const open = new Gauge({ ...common, name: 'grpc_server_open_calls', help: 'Calls that are open now.' });
  const duration = new Histogram({
    ...common,
    name: 'grpc_server_handling_seconds',
    help: 'Time from the start of a call to its status.',
    buckets: BUCKETS,
  });
  /** Looked up once for each method: a call costs no labels. */
  const createMeters = ({ service, method }: BoundMethod) => {
    const labels = { grpc_type: toKind(method), grpc_service: service, grpc_method: method.name };
    return {
      started: started.labels(labels),
      received: received.labels(labels),
      sent: sent.labels(labels),
      open: open.labels(labels),
      duration: duration.labels(labels),
      handled: new Map<StatusCode, Counter.Internal>(),
      handledWith: (code: StatusCode) => handled.labels({ ...labels, grpc_code: code }),
    };
  };
  const meters = new Map<BoundMethod, ReturnType<typeof createMeters>>();
  const metersOf = (bound: BoundMethod): ReturnType<typeof createMeters> => {
    let found = meters.get(bound);
    if (found === undefined) meters.set(bound, (found = createMeters(bound)));
    return found;
  };
  return {
    registry,
    onStart(bound) {
      const meter = metersOf(bound);
      meter.started.inc();
      meter.open.inc();
    },
    onEnd(bound, { code, durationMs, ...counts }) {
      const meter = metersOf(bound);
      let handledMeter = meter.handled.get(code);
      if (handledMeter === undefined) meter.handled.set(code, (handledMeter = meter.handledWith(code)));
      handledMeter.inc();
      meter.open.dec();
      meter.duration.observe(durationMs / 1000);
      meter.received.inc(counts.received);
      meter.sent.inc(counts.sent);
    },
  };
}
