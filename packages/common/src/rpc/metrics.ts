import type { Method } from '@streamworks/proto';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { StatusCode } from '../errors/status-error.js';
import type { BoundMethod } from './define-service.js';
import type { CallOutcome } from './call-outcome.js';

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

/** What is counted of one method. Plain numbers: a call costs no look-up of labels, which is done when they are read. */
interface Meter {
  readonly labels: Readonly<Record<'grpc_type' | 'grpc_service' | 'grpc_method', string>>;
  readonly duration: { observe(seconds: number): void };
  readonly handled: Map<StatusCode, number>;
  started: number;
  ended: number;
  received: number;
  sent: number;
}

/** Creates the metrics of a server, with Node's own (memory, event loop delay, garbage collection). */
export function createServerMetrics(): ServerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labelNames = ['grpc_type', 'grpc_service', 'grpc_method'] as const;
  const common = { registers: [registry], labelNames };
  const meters = new Map<BoundMethod, Meter>();
  const createCounter = (name: string, help: string, read: (meter: Meter) => number): Counter =>
    new Counter({
      ...common,
      name,
      help,
      collect() {
        this.reset();
        for (const meter of meters.values()) this.inc(meter.labels, read(meter));
      },
    });
  createCounter('grpc_server_started_total', 'Calls started.', ({ started }) => started);
  createCounter('grpc_server_msg_received_total', 'Messages received.', ({ received }) => received);
  createCounter('grpc_server_msg_sent_total', 'Messages sent.', ({ sent }) => sent);
  new Counter({
    ...common,
    labelNames: [...labelNames, 'grpc_code'],
    name: 'grpc_server_handled_total',
    help: 'Calls ended, by status code.',
    collect() {
      this.reset();
      for (const { labels, handled } of meters.values())
        for (const [code, calls] of handled) this.inc({ ...labels, grpc_code: code }, calls);
    },
  });
  new Gauge({
    ...common,
    name: 'grpc_server_open_calls',
    help: 'Calls that are open now.',
    collect() {
      for (const { labels, started, ended } of meters.values()) this.set(labels, started - ended);
    },
  });
  const duration = new Histogram({
    ...common,
    name: 'grpc_server_handling_seconds',
    help: 'Time from the start of a call to its status.',
    buckets: BUCKETS,
  });
  const meterOf = (bound: BoundMethod): Meter => {
    let meter = meters.get(bound);
    if (meter === undefined) {
      const { service, method } = bound;
      const labels = { grpc_type: toKind(method), grpc_service: service, grpc_method: method.name };
      const zeros = { started: 0, ended: 0, received: 0, sent: 0 };
      meters.set(bound, (meter = { labels, duration: duration.labels(labels), handled: new Map(), ...zeros }));
    }
    return meter;
  };
  return {
    registry,
    onStart(bound) {
      meterOf(bound).started += 1;
    },
    onEnd(bound, { code, durationMs, received, sent }) {
      const meter = meterOf(bound);
      meter.ended += 1;
      meter.received += received;
      meter.sent += sent;
      meter.handled.set(code, (meter.handled.get(code) ?? 0) + 1);
      meter.duration.observe(durationMs / 1000);
    },
  };
}
