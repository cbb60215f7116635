import { createClient, type Client, type ClientOptions } from '@streamworks/common';
import { TestService, UnimplementedService } from '@streamworks/proto/grpc/testing/test';

/** The server under test, as a case reaches it. */
export interface Peer {
  readonly tests: Client<typeof TestService>;
  readonly unimplemented: Client<typeof UnimplementedService>;
  /** Resolves when the connection of `tests` stands. */
  readonly connected: () => Promise<void>;
  /** A further client, with a connection of its own; the case closes it. */
  readonly connect: () => Client<typeof TestService>;
  readonly soak: SoakOptions;
  readonly close: () => void;
}

/** How the soak cases go: the official flags. */
export interface SoakOptions {
  readonly iterations: number;
  readonly maxFailures: number;
  /** A call that takes longer counts as a failure. */
  readonly maxLatencyMs: number;
  /** A run that takes longer stops, and fails. */
  readonly overallTimeoutMs: number;
  /** The least time between the starts of two calls of one worker. */
  readonly minIntervalMs: number;
  readonly requestSize: number;
  readonly responseSize: number;
  readonly workers: number;
}

/** The official defaults. */
export const soakDefaults: SoakOptions = {
  iterations: 10,
  maxFailures: 0,
  maxLatencyMs: 1_000,
  overallTimeoutMs: 10_000,
  minIntervalMs: 0,
  requestSize: 271_828,
  responseSize: 314_159,
  workers: 1,
};

/** What a peer may be given. */
export interface PeerOptions extends Pick<ClientOptions, 'tls'> {
  /** Whether messages go straight to HTTP/2. Default: true. */
  readonly directHttp2?: boolean;
  /** How long a case waits for its connection where it does so before its first call. Default: 10 000. */
  readonly connectTimeoutMs?: number;
  readonly soak?: Partial<SoakOptions>;
}

/** Creates the clients for one case. */
export function createPeer(
  target: string,
  { directHttp2 = true, connectTimeoutMs = 10_000, soak = {}, tls = false }: PeerOptions = {},
): Peer {
  const connect = (): Client<typeof TestService> => createClient(TestService, target, { directHttp2, tls });
  const tests = connect();
  const unimplemented = createClient(UnimplementedService, target, { directHttp2, tls });
  return {
    tests,
    unimplemented,
    connected: () => tests.$waitForReady(connectTimeoutMs),
    connect,
    soak: { ...soakDefaults, ...soak },
    close() {
      tests.$close();
      unimplemented.$close();
    },
  };
}
