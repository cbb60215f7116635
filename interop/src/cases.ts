import { customMetadata } from './cases/custom-metadata.js';
import {
  cancelAfterBegin,
  cancelAfterFirstResponse,
  specialStatusMessage,
  statusCodeAndMessage,
  timeoutOnSleepingServer,
  unimplementedMethod,
  unimplementedService,
} from './cases/endings.js';
import { channelSoak, rpcSoak } from './cases/soak.js';
import {
  clientStreaming,
  emptyStream,
  pingPong,
  serverCompressedStreaming,
  serverStreaming,
} from './cases/streaming.js';
import { emptyUnary, largeUnary, serverCompressedUnary } from './cases/unary.js';
import type { Peer } from './peer.js';

/** A case resolves when the server under test did as the description says, and throws what is wrong otherwise. */
export type InteropCase = (peer: Peer) => Promise<void>;

/** The cases by their official names: https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md */
export const cases: ReadonlyMap<string, InteropCase> = new Map([
  ['empty_unary', emptyUnary],
  ['large_unary', largeUnary],
  ['server_compressed_unary', serverCompressedUnary],
  ['client_streaming', clientStreaming],
  ['server_streaming', serverStreaming],
  ['server_compressed_streaming', serverCompressedStreaming],
  ['ping_pong', pingPong],
  ['empty_stream', emptyStream],
  ['custom_metadata', customMetadata],
  ['status_code_and_message', statusCodeAndMessage],
  ['special_status_message', specialStatusMessage],
  ['unimplemented_method', unimplementedMethod],
  ['unimplemented_service', unimplementedService],
  ['cancel_after_begin', cancelAfterBegin],
  ['cancel_after_first_response', cancelAfterFirstResponse],
  ['timeout_on_sleeping_server', timeoutOnSleepingServer],
  ['rpc_soak', rpcSoak],
  ['channel_soak', channelSoak],
]);
