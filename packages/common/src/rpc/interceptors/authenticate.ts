import type { Metadata } from '@grpc/grpc-js';
import type { TokenVerifier, VerifiedToken } from '../../auth/token-verifier.js';
import { StatusError } from '../../errors/status-error.js';
import type { InterceptedServerCall, Messages, Next, ServerInterceptor } from './interceptor.js';

export interface AuthenticateOptions {
  readonly verifier: TokenVerifier;
  /** Whether a stream ends with UNAUTHENTICATED when the token expires that it was opened with. */
  readonly expiredStreams: 'end' | 'keep';
  /** Whether a call without a token is let in, whatever its method asks for. Default: false. */
  readonly optional?: boolean;
}

/** The longest time that Node's timers can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Asks for a token in the metadata `authorization`, and puts its user on the call. Methods that the roles of their service
 * call open are not asked. UNAUTHENTICATED for no token or a bad one, PERMISSION_DENIED for a user without the role; both
 * before a message is read.
 */
export function authenticate({ verifier, expiredStreams, optional = false }: AuthenticateOptions): ServerInterceptor {
  const admit = (call: InterceptedServerCall, { user, expiresAt }: VerifiedToken): void => {
    checkRoles(call, user.roles);
    call.user = user;
    const { requestStream, responseStream } = call.definition;
    if (expiresAt === undefined || expiredStreams === 'keep' || !(requestStream || responseStream)) return;
    endAt(call, expiresAt);
  };
  const admitLater = async (
    call: InterceptedServerCall,
    next: Next,
    verified: Promise<VerifiedToken>,
  ): Promise<Messages> => {
    admit(call, await verified);
    return next();
  };
  return (call, next) => {
    if (call.roles === 'open') return next();
    const authorization = readAuthorization(call.metadata);
    if (authorization === undefined && optional) return next();
    const verified = verifier.verify(authorization);
    if (verified instanceof Promise) return admitLater(call, next, verified);
    admit(call, verified);
    return next();
  };
}

function readAuthorization(metadata: Metadata): string | undefined {
  const [value, second] = metadata.get('authorization');
  if (second !== undefined) throw new StatusError('UNAUTHENTICATED', 'there is more than one token');
  return value?.toString();
}

function checkRoles({ method, roles }: InterceptedServerCall, held: readonly string[]): void {
  if (roles === undefined || roles === 'open' || roles.some((role) => held.includes(role))) return;
  const wanted = roles.length === 1 ? `the role ${roles[0]}` : `one of the roles ${roles.join(', ')}`;
  throw new StatusError('PERMISSION_DENIED', roles.length === 0 ? `${method} is closed` : `${method} needs ${wanted}`);
}

function endAt(call: InterceptedServerCall, expiresAt: Date): void {
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const left = expiresAt.getTime() - Date.now();
    if (left <= 0) call.end(new StatusError('UNAUTHENTICATED', 'the token has expired'));
    else timer = setTimeout(wait, Math.min(left, LONGEST_MS));
  };
  wait();
  call.onEnd(() => clearTimeout(timer));
}
