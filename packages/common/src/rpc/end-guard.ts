import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';
import type { Http2Session } from 'node:http2';

/**
 * Tells "the client has half-closed" from "the call was cancelled or cut off" when a request stream ends.
 *
 * grpc-js delivers both as the same event, and the cancel only later. Two cases, each settled exactly:
 *
 * 1. A reset or a lost connection: the http2 stream is closed already. Every method of a grpc-js call looks at that
 *    first, so `startRead()` (which does nothing on a live call that has ended) makes grpc-js report the cancel in the
 *    next tick.
 * 2. A Node client that cancels really sends END_STREAM, and its RST_STREAM in a later packet (`http2Stream.close`
 *    does that). It queues both in one turn: once it has answered a PING that was sent after its END_STREAM came in,
 *    its RST_STREAM has come in too, if there is one. One PING serves every call of a connection.
 *
 * Behind a proxy that ends HTTP/2 the PING proves only what the proxy has sent.
 */
export interface EndGuard {
  /** Is the call known to be cancelled by now? */
  readonly isCancelled: () => boolean;
  /** The stream has ended and the call is alive: the end is real. */
  readonly onEnd: () => void;
  /** The client never answered: the call counts as cut off. */
  readonly onLost: () => void;
  /** No PING can be sent with this version of grpc-js: ends are told from cancels by waiting, which is not exact. */
  readonly onInexact: () => void;
}

/** How long a client may take to answer the PING. */
const PING_TIMEOUT_MS = 20_000;

/** How long an end waits for a cancel where no PING can be sent: enough for nearly all, not for each. */
const FALLBACK_WAIT_MS = 25;

/** Call it once, when grpc-js reports the half-close. Either `onEnd` or `onLost` follows, or grpc-js reports a cancel. */
export function confirmEnd(call: ServerInterceptingCallInterface, guard: EndGuard): void {
  unlessCancelled(call, guard, () => {
    const check = (): void => unlessCancelled(call, guard, guard.onEnd);
    const session = readSession(call);
    if (session === undefined) {
      guard.onInexact();
      setTimeout(check, FALLBACK_WAIT_MS);
      return;
    }
    void pingOnce(session).then((isAnswered) => {
      if (!isAnswered) return guard.onLost();
      // The answer may stand before the RST_STREAM in one packet: the rest of the packet is read by the next turn.
      setImmediate(check);
    });
  });
}

function unlessCancelled(call: ServerInterceptingCallInterface, guard: EndGuard, then: () => void): void {
  call.startRead();
  process.nextTick(() => {
    if (!guard.isCancelled()) then();
  });
}

interface Pings {
  /** The PING in flight. It may be older than an END_STREAM that comes in now, so it proves nothing for that one. */
  current: Promise<boolean> | undefined;
  /** The PING that goes out when the current one is answered. */
  following: Promise<boolean> | undefined;
}

const pingsOfSessions = new WeakMap<Http2Session, Pings>();

/** Whether the client has answered a PING that is sent from now on. */
function pingOnce(session: Http2Session): Promise<boolean> {
  let pings = pingsOfSessions.get(session);
  if (pings === undefined) pingsOfSessions.set(session, (pings = { current: undefined, following: undefined }));
  const shared = pings;
  const send = (): Promise<boolean> => {
    shared.following = undefined;
    const sent = sendPing(session).finally(() => {
      if (shared.current === sent) shared.current = undefined;
    });
    shared.current = sent;
    return sent;
  };
  if (shared.current === undefined) return send();
  shared.following ??= shared.current.then(send);
  return shared.following;
}

function sendPing(session: Http2Session): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PING_TIMEOUT_MS).unref();
    const done = (error: Error | null): void => {
      clearTimeout(timer);
      resolve(error === null);
    };
    try {
      // Node sends no PING once it has said GOAWAY, as in a drain. SETTINGS are answered in order, too.
      if (session.closed) session.settings({}, done);
      else session.ping(done);
    } catch {
      // The session is destroyed: grpc-js reports the cancel of each of its calls.
      clearTimeout(timer);
      resolve(false);
    }
  });
}

/** The session of a call. grpc-js keeps the stream in a field that TypeScript calls private; undefined where it does not. */
function readSession(call: ServerInterceptingCallInterface): Http2Session | undefined {
  const { stream } = call as { stream?: { session?: Partial<Http2Session> } };
  const session = stream?.session;
  const isSession = typeof session?.ping === 'function' && typeof session.settings === 'function';
  return isSession ? (session as Http2Session) : undefined;
}
