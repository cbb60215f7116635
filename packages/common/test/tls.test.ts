import { credentials } from '@grpc/grpc-js';
import { ClientStream } from '@streamworks/proto/stream/sum';
import { describe, expect, it } from 'vitest';
import { createClient, defineService } from '../src/index.js';
import { gate, startService, until } from '../src/testing/index.js';
import { createCertificate } from './support/certificate.js';

/** A client that is going to half-close says so with its last number: no other stream may look finished. */
const LAST = -1n;

const UPLOADS = 300;

const { serverCredentials, root } = await createCertificate();
const clientCredentials = credentials.createSsl(Buffer.from(root));

/** Counts what the handler saw: streams that ended, rightly or not, and streams that were broken off. */
function createCounter() {
  const seen = { whole: 0, falselyWhole: 0, broken: 0, falselyBroken: 0 };
  const service = defineService(ClientStream, {
    async sum(requests) {
      let last = 0n;
      try {
        for await (const { data } of requests) last = data;
      } catch (error) {
        if (last === LAST) seen.falselyBroken += 1;
        else seen.broken += 1;
        throw error;
      }
      if (last === LAST) seen.whole += 1;
      else seen.falselyWhole += 1;
      return { sum: last };
    },
  });
  return { seen, service };
}

describe.each([true, false])('uploads over TLS, straight to HTTP/2: %s', (directHttp2) => {
  it('that are cancelled never look finished, and those that end never look cancelled', async () => {
    const { seen, service } = createCounter();
    await using server = await startService([service], { credentials: serverCredentials, config: { directHttp2 } });
    const client = createClient(ClientStream, `localhost:${server.port}`, {
      credentials: clientCredentials,
      directHttp2,
    });
    await client.$waitForReady();
    const results = Array.from({ length: UPLOADS }, async (_, index) => {
      const abort = new AbortController();
      const isCancelled = index % 2 === 0;
      async function* numbers(): AsyncGenerator<{ data: bigint }, void> {
        for (let sent = 0; sent < index % 7; sent += 1) yield { data: 1n };
        if (!isCancelled) {
          yield { data: LAST };
          return;
        }
        yield { data: 1n };
        // In this turn, or some turns later: with the last number still on its way, or gone.
        for (let turn = 0; turn < index % 60; turn += 1) await new Promise(setImmediate);
        abort.abort();
        await gate();
      }
      return client.sum(numbers(), { signal: abort.signal }).then(
        () => 'OK',
        (error: unknown) => (error as { code: string }).code,
      );
    });
    const codes = await Promise.all(results);
    expect(codes.filter((code) => code === 'OK')).toHaveLength(UPLOADS / 2);
    expect(codes.filter((code) => code === 'CANCELLED')).toHaveLength(UPLOADS / 2);
    await until(() => server.logs.filter(({ msg }) => msg === 'call').length === seen.whole + seen.broken);
    expect(seen).toMatchObject({ whole: UPLOADS / 2, falselyWhole: 0, falselyBroken: 0 });
    expect(seen.broken).toBeGreaterThan(0);
    client.$close();
  });
});
