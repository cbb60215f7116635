import type { Method } from '@streamworks/proto';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
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
  const toLabels = ({ service, method }: BoundMethod) => ({
    grpc_type: toKind(method),
    grpc_service: service,
    grpc_method: method.name,
  });
  return {
    registry,
    onStart(bound) {
      const labels = toLabels(bound);
      started.inc(labels);
      open.inc(labels);
    },
    onEnd(bound, outcome) {
      const labels = toLabels(bound);
      open.dec(labels);
      handled.inc({ ...labels, grpc_code: outcome.code });
      duration.observe(labels, outcome.durationMs / 1000);
      if (outcome.received > 0) received.inc(labels, outcome.received);
      if (outcome.sent > 0) sent.inc(labels, outcome.sent);
    },
  };
}
