import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';

/** What the HTTP side of a service answers from. */
export interface MetricsServerOptions {
  readonly registry: Registry;
  /** Whether calls are taken: `/readyz` says 200 or 503. */
  readonly isReady: () => boolean;
}

/**
 * The HTTP side of a service, for machines that watch it: `/metrics` (Prometheus), `/healthz` (the process runs),
 * `/readyz` (it takes calls).
 */
export function createMetricsServer({ registry, isReady }: MetricsServerOptions): Server {
  return createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return reply(response, 405, 'only GET is answered here');
    }
    if (path === '/healthz') return reply(response, 200, 'ok');
    if (path === '/readyz') return isReady() ? reply(response, 200, 'ready') : reply(response, 503, 'not ready');
    if (path !== '/metrics') return reply(response, 404, 'try /metrics, /healthz or /readyz');
    registry.metrics().then(
      (text) => reply(response, 200, text, registry.contentType),
      (error: unknown) => reply(response, 500, String(error)),
    );
  });
}

function reply(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(text.endsWith('\n') ? text : `${text}\n`);
}
