import { setImmediate as nextTurn } from 'node:timers/promises';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../src/index.js';
import { collect, from, startService, until } from '../src/testing/index.js';
import { FourKinds, kinds } from './support/four-kinds.js';
import { createFourKinds } from './support/pairs.js';
import { traceClient, traceServer } from './support/tracing.js';

const exporter = new InMemorySpanExporter();

/** As in the W3C's Trace Context: `00-<trace id>-<span id>-01`. */
const traceParent = {
  inject(
    active: Parameters<typeof trace.getSpanContext>[0],
    carrier: unknown,
    setter: { set(c: unknown, k: string, v: string): void },
  ) {
    const span = trace.getSpanContext(active);
    if (span !== undefined) setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-01`);
  },
  extract(
    active: Parameters<typeof trace.getSpanContext>[0],
    carrier: unknown,
    getter: { get(c: unknown, k: string): unknown },
  ) {
    const [, traceId = '', spanId = ''] = String(getter.get(carrier, 'traceparent')).split('-');
    return traceId === '' ? active : trace.setSpanContext(active, { traceId, spanId, traceFlags: 1, isRemote: true });
  },
  fields: () => ['traceparent'],
};

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(traceParent);
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
});
beforeEach(() => exporter.reset());
afterAll(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

/** What a handler sees of its span, now and after it has waited. */
async function seeSpan(): Promise<{ text: string }> {
  const first = trace.getActiveSpan()?.spanContext().spanId;
  await nextTurn();
  return { text: `${first} ${trace.getActiveSpan()?.spanContext().spanId}` };
}

// OpenTelemetry's own instrumentation of grpc-js gives no span at all under plain ESM imports.
describe('11. spans of OpenTelemetry', () => {
  it.each(kinds)(
    'are made by an interceptor on each side, one under the other, the handler inside: %s',
    async (kind) => {
      const service = createFourKinds({
        unary: seeSpan,
        async *server() {
          yield await seeSpan();
        },
        client: seeSpan,
        async *bidi(notes) {
          for await (const _ of notes) yield await seeSpan();
        },
      });
      await using server = await startService([service], { interceptors: [traceServer] });
      const client = createClient(FourKinds, server.target, { interceptors: [traceClient] });
      const notes = [{ text: '' }];
      const seen = {
        unary: () => client.unary({ text: '' }),
        server: async () => (await collect(client.server({ text: '' })))[0],
        client: () => client.client(from(notes)),
        bidi: async () => (await collect(client.bidi(from(notes))))[0],
      }[kind];
      const text = (await seen())?.text;
      client.$close();
      await until(() => exporter.getFinishedSpans().length === 2);
      const spans = exporter.getFinishedSpans();
      const [ofServer, ofClient] = [1, 2].map((kindOfSpan) => spans.find((span) => span.kind === kindOfSpan));
      expect(ofServer?.parentSpanContext?.spanId).toBe(ofClient?.spanContext().spanId);
      expect(text).toBe(`${ofServer?.spanContext().spanId} ${ofServer?.spanContext().spanId}`);
      for (const span of spans) {
        expect(span.attributes).toMatchObject({
          'rpc.system': 'grpc',
          'rpc.service': 'test.FourKinds',
          'rpc.response.status_code': 'OK',
        });
      }
    },
  );
});
