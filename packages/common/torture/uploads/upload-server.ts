import { ServerCredentials } from '@grpc/grpc-js';
import { startService } from '../../src/testing/index.js';
import type { Issued } from '../../test/support/certificates.js';
import type { Note } from '../../test/support/four-kinds.js';
import { createFourKinds } from '../../test/support/pairs.js';
import { startPlainServer, type PlainHandlers } from '../../test/support/plain-server.js';

/** The last message of an upload whose client is about to half-close. No other upload may seem to be finished. */
export const LAST = 'last';

/** What handlers saw of the ends of their uploads. */
export interface UploadCounts {
  started: number;
  /** The request loop ended, and the client had said that it would half-close. */
  finished: number;
  /** The request loop ended, and the client had not: an upload that was broken off and looks whole. */
  falselyFinished: number;
  /** The request loop threw. */
  broken: number;
}

/** A server that takes uploads and counts how they ended. */
export interface UploadServer extends AsyncDisposable {
  readonly port: number;
  readonly counts: UploadCounts;
}

/** Which server: ours with both of its ways to move messages, or for comparison grpc-js's own. */
export type UploadServerName = 'direct' | 'public' | 'plain';

/** Starts one on a free port; without a certificate it is plaintext. */
export function startUploadServer(name: UploadServerName, certificate?: Issued): Promise<UploadServer> {
  return name === 'plain' ? startPlainUploads(certificate) : startOurUploads(name === 'direct', certificate);
}

async function startOurUploads(directHttp2: boolean, tls?: Issued): Promise<UploadServer> {
  const counts: UploadCounts = { started: 0, finished: 0, falselyFinished: 0, broken: 0 };
  const watch = async (requests: AsyncIterable<Note>): Promise<Note> => {
    counts.started += 1;
    let isTold = false;
    try {
      for await (const { text } of requests) isTold ||= text === LAST;
    } catch (error) {
      counts.broken += 1;
      throw error;
    }
    if (isTold) counts.finished += 1;
    else counts.falselyFinished += 1;
    return { text: 'stored' };
  };
  const service = createFourKinds({
    client: watch,
    async *bidi(requests) {
      yield await watch(requests);
    },
  });
  const config = { directHttp2, logLevel: 'silent' } as const;
  const server = await startService([service], { config, ...(tls && { tls }) });
  return { port: server.port, counts, [Symbol.asyncDispose]: () => server.stop() };
}

/** As every tutorial writes it: what is to be done at the end stands in `on('end')`. */
async function startPlainUploads(certificate?: Issued): Promise<UploadServer> {
  const counts: UploadCounts = { started: 0, finished: 0, falselyFinished: 0, broken: 0 };
  const watch = (
    call: { on(event: 'data', listener: (note: Note) => void): unknown } & NodeJS.EventEmitter,
    reply: () => void,
  ): void => {
    counts.started += 1;
    let isTold = false;
    let hasEnded = false;
    call.on('data', ({ text }) => (isTold ||= text === LAST));
    call.on('end', () => {
      hasEnded = true;
      if (isTold) counts.finished += 1;
      else counts.falselyFinished += 1;
      reply();
    });
    call.on('cancelled', () => {
      if (!hasEnded) counts.broken += 1;
    });
  };
  const handlers: Partial<PlainHandlers> = {
    client: (call, callback) => watch(call, () => callback(null, { text: 'stored' })),
    bidi: (call) =>
      watch(call, () => {
        call.write({ text: 'stored' });
        call.end();
      }),
  };
  const pair = certificate && { private_key: Buffer.from(certificate.key), cert_chain: Buffer.from(certificate.cert) };
  const credentials = pair && ServerCredentials.createSsl(null, [pair]);
  const server = await startPlainServer(handlers, {}, credentials);
  return { port: server.port, counts, [Symbol.asyncDispose]: () => server.drain(1_000) };
}
