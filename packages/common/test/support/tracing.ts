import type { Metadata } from '@grpc/grpc-js';
import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api';
import type { CallOutcome, ClientInterceptor, InterceptedCall, ServerInterceptor } from '../../src/index.js';

// The example of docs/interceptors.md: a span for each call, on both sides, by OpenTelemetry's API alone.

const tracer = trace.getTracer('streamworks');

/** A span of the call's own, and around its handler; its parent is what the caller's metadata says. */
export const traceServer: ServerInterceptor = (call, next) => {
  const parent = propagation.extract(context.active(), call.metadata, carrier);
  const span = tracer.startSpan(call.method.slice(1), { kind: SpanKind.SERVER, attributes: describe(call) }, parent);
  call.within((run) => context.with(trace.setSpan(parent, span), run));
  call.onEnd((outcome) => end(span, outcome));
  return next();
};

/** A span for each call of a client, of which the server is told. */
export const traceClient: ClientInterceptor = (call, next) => {
  const span = tracer.startSpan(call.method.slice(1), { kind: SpanKind.CLIENT, attributes: describe(call) });
  propagation.inject(trace.setSpan(context.active(), span), call.metadata, carrier);
  call.onEnd((outcome) => end(span, outcome));
  return next();
};

/** https://opentelemetry.io/docs/specs/semconv/rpc/grpc/ */
function describe({ service, definition }: InterceptedCall): Attributes {
  return { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': definition.name };
}

function end(span: ReturnType<typeof tracer.startSpan>, { code, message }: CallOutcome): void {
  span.setAttribute('rpc.response.status_code', code);
  if (code !== 'OK') span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.end();
}

const carrier = {
  keys: (metadata: Metadata) => Object.keys(metadata.getMap()),
  get: (metadata: Metadata, key: string) => metadata.get(key)[0]?.toString(),
  set: (metadata: Metadata, key: string, value: string) => metadata.set(key, value),
};
