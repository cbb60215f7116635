import { defineService, StatusError, type Handlers } from '@streamworks/common';
import { startService, type TestServer } from '@streamworks/common/testing';
import { TestService, UnimplementedService } from '@streamworks/proto/grpc/testing/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cases } from '../src/cases.js';
import { runCase } from '../src/run-case.js';
import { startTestServer } from '../src/start-test-server.js';

const small = { payload: { body: Buffer.alloc(1) } };

/** Answers every call, and none as the cases want it. */
const wrong: Handlers<typeof TestService> = {
  emptyCall: () => {
    throw new StatusError('NOT_FOUND', 'nothing here');
  },
  unaryCall: () => small,
  cacheableUnaryCall: () => small,
  async *streamingOutputCall({ responseParameters }) {
    for (const { size } of responseParameters) yield { payload: { body: Buffer.alloc(size) } };
    yield small;
  },
  async streamingInputCall(requests) {
    for await (const _ of requests);
    return { aggregatedPayloadSize: 1 };
  },
  async *fullDuplexCall() {
    yield small;
  },
  async *halfDuplexCall() {
    yield small;
  },
  unimplementedCall: () => ({}),
};

describe('a case', () => {
  let server: TestServer;
  beforeAll(async () => {
    const services = [
      defineService(TestService, wrong),
      defineService(UnimplementedService, { unimplementedCall: () => ({}) }),
    ];
    server = await startService(services);
  });
  afterAll(() => server.stop());

  it.each([
    ['empty_unary', '/grpc.testing.TestService/EmptyCall: NOT_FOUND: nothing here'],
    ['large_unary', 'the size of the payload is 1, not 314159'],
    ['server_compressed_unary', 'the size of the payload is 1, not 314159'],
    ['client_streaming', 'the aggregated size is 1, not 74922'],
    ['server_streaming', 'the size of response 5 is 1, not undefined'],
    ['server_compressed_streaming', 'the size of response 3 is 1, not undefined'],
    ['ping_pong', 'the size of response 1 is 1, not 31415'],
    ['empty_stream', 'the size of response 1 is 1, not undefined'],
    ['custom_metadata', 'x-grpc-test-echo-initial of UnaryCall is "", not "test_initial_metadata_value"'],
    ['status_code_and_message', 'the call went on or ended with OK: the status should be UNKNOWN'],
    ['special_status_message', 'the call went on or ended with OK: the status should be UNKNOWN'],
    ['unimplemented_method', 'the call went on or ended with OK: the status should be UNIMPLEMENTED'],
    ['unimplemented_service', 'the call went on or ended with OK: the status should be UNIMPLEMENTED'],
    ['cancel_after_first_response', 'the size of the response is 1, not 31415'],
    ['rpc_soak', '10 of 10 calls failed, the first with: CaseFailure: the size of the payload is 1, not 314159'],
    ['channel_soak', '10 of 10 calls failed, the first with: CaseFailure: the size of the payload is 1, not 314159'],
  ])('%s says what is wrong', async (name, reason) => {
    expect(await runCase(name, server.target)).toBe(reason);
  });

  it('allows a soak the failures that it is given', async () => {
    const soak = { iterations: 3, maxFailures: 3 };
    expect(await runCase('rpc_soak', server.target, { soak })).toBeUndefined();
  });

  it('stops a soak that takes too long', async () => {
    const soak = { overallTimeoutMs: 0 };
    expect(await runCase('rpc_soak', server.target, { soak })).toBe('10 of 10 calls were left after 0 ms');
  });

  it('says that there is no server', async () => {
    expect(await runCase('empty_unary', 'localhost:1')).toMatch(/EmptyCall: UNAVAILABLE: .*ECONNREFUSED/);
  });

  it.each([...cases.keys()])('%s fails where there is no server', async (name) => {
    expect(await runCase(name, 'localhost:1', { connectTimeoutMs: 100 })).toMatch(/UNAVAILABLE|no connection/);
  });
});

describe('a soak', () => {
  it('waits no longer than its time between two calls', async () => {
    await using server = await startTestServer({ directHttp2: true });
    const soak = { iterations: 2, minIntervalMs: 60_000, overallTimeoutMs: 100 };
    expect(await runCase('rpc_soak', server.target, { soak })).toBe('1 of 2 calls were left after 100 ms');
  });

  it.each(['rpc_soak', 'channel_soak'])('waits no longer than its time for an answer: %s', async (name) => {
    const sleeping = { ...wrong, unaryCall: () => new Promise<never>(() => undefined) };
    await using server = await startService([defineService(TestService, sleeping)]);
    const soak = { iterations: 1, overallTimeoutMs: 100 };
    expect(await runCase(name, server.target, { soak })).toMatch(/^1 of 1 calls failed, .*DEADLINE_EXCEEDED/);
  });
});
