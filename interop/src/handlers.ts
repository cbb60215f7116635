import { setTimeout as delay } from 'node:timers/promises';
import type { Context, Handlers } from '@streamworks/common';
import type { MessageInit } from '@streamworks/proto';
import type { StreamingOutputCallRequest, StreamingOutputCallResponse } from '@streamworks/proto/grpc/testing/messages';
import { echoMetadata, echoStatus } from './echo.js';
import { createPayload } from './payload.js';
import type { ServedTestService } from './served-test-service.js';

/** What the handlers need to know of their server. */
export interface HandlerOptions {
  /** The same for all calls to this server, another for each server. */
  readonly serverId: string;
  /** The most bytes of a payload. */
  readonly maxPayloadBytes: number;
}

/**
 * The test service as its cases describe it: https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md
 *
 * Left out is what needs accounts (`fill_username`, `fill_oauth_scope`), load balancers (the ORCA reports) or control
 * over compression; such requests are answered as if they had not asked.
 */
export const createHandlers = ({ serverId, maxPayloadBytes }: HandlerOptions): Handlers<typeof ServedTestService> => {
  async function* answer(
    { responseType, responseParameters, responseStatus }: Omit<StreamingOutputCallRequest, 'payload'>,
    { signal, peer }: Pick<Context, 'signal' | 'peer'>,
  ): AsyncGenerator<MessageInit<StreamingOutputCallResponse>> {
    echoStatus(responseStatus);
    for (const { size, intervalUs, fillPeerSocketAddress } of responseParameters) {
      if (intervalUs > 0) await delay(intervalUs / 1000, undefined, { signal });
      const payload = createPayload(responseType, size, maxPayloadBytes);
      yield { payload, peerSocketAddress: fillPeerSocketAddress?.value === true ? peer : '' };
    }
  }

  return {
    emptyCall(_request, context) {
      echoMetadata(context);
      return {};
    },
    unaryCall({ responseType, responseSize, responseStatus, fillServerId }, context) {
      echoMetadata(context);
      echoStatus(responseStatus);
      const payload = createPayload(responseType, responseSize, maxPayloadBytes);
      return { payload, serverId: fillServerId ? serverId : '' };
    },
    cacheableUnaryCall(_request, context) {
      echoMetadata(context);
      context.responseHeader.set('cache-control', 'max-age=60, public');
      return { payload: { body: Buffer.from(String(readNanoseconds())) } };
    },
    async *streamingOutputCall(request, context) {
      echoMetadata(context);
      yield* answer(request, context);
    },
    async streamingInputCall(requests, context) {
      echoMetadata(context);
      let aggregatedPayloadSize = 0;
      for await (const { payload } of requests) aggregatedPayloadSize += payload?.body.length ?? 0;
      return { aggregatedPayloadSize };
    },
    async *fullDuplexCall(requests, context) {
      echoMetadata(context);
      for await (const request of requests) yield* answer(request, context);
    },
    async *halfDuplexCall(requests, context) {
      echoMetadata(context);
      // What is answered later is kept without its payload: that may be large, and says nothing.
      const kept: Omit<StreamingOutputCallRequest, 'payload'>[] = [];
      for await (const { payload: _unused, ...request } of requests) kept.push(request);
      for (const request of kept) yield* answer(request, context);
    },
  };
};

const epoch = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();

/** Nanoseconds since 1970, never twice the same. */
function readNanoseconds(): bigint {
  return epoch + process.hrtime.bigint();
}
