import { invalidArgument, signToken, StatusError, type Handlers } from '@streamworks/common';
import type { AuthService } from '@streamworks/proto/techschool/pcbook/auth_service';
import type { LoginLimits } from '../login-limits.js';
import { findTextProblem } from '../message-problem.js';
import type { Passwords } from '../passwords.js';
import type { Signing } from '../signing.js';
import type { Account, UserStore } from '../user-store.js';

/** What users are let in with. */
export interface LoginDependencies {
  readonly users: UserStore;
  readonly passwords: Passwords;
  readonly limits: LoginLimits;
  /** Undefined where this server only checks tokens that others sign. */
  readonly signing: Signing | undefined;
  /** The time of day in milliseconds. Default: that of the machine. */
  readonly now?: () => number;
}

const TOKEN_SECONDS = 15 * 60;
const MOST_PASSWORD_BYTES = 1024;

/** Gives a token for a name and a password. */
export const createLogin = (dependencies: LoginDependencies): Handlers<typeof AuthService>['login'] => {
  const { users, passwords, limits, signing, now = Date.now } = dependencies;
  return async ({ username, password }, { peer, signal }) => {
    if (signing === undefined) {
      throw new StatusError('FAILED_PRECONDITION', 'tokens of another issuer are taken here: log in there');
    }
    checkRequest(username, password);
    const outcome = await limits.run({ username, peer }, async () => {
      signal.throwIfAborted();
      const account = await users.find(username);
      return (await passwords.isRight(password, account?.password, signal)) ? account : undefined;
    });
    if ('waitMs' in outcome) throw tooMany(outcome.problem, outcome.waitMs);
    if (outcome.result === undefined) throw new StatusError('UNAUTHENTICATED', 'the name or the password is wrong');
    return { accessToken: await signToken(signing.key, toClaims(outcome.result, signing, Math.floor(now() / 1_000))) };
  };
};

function checkRequest(username: string, password: string): void {
  const problem = findTextProblem(username);
  if (problem !== undefined) throw invalidArgument('username', problem);
  const bytes = Buffer.byteLength(password);
  if (bytes > MOST_PASSWORD_BYTES) {
    throw invalidArgument('password', `has ${bytes} bytes, and may have ${MOST_PASSWORD_BYTES}`);
  }
}

function tooMany(what: string, waitMs: number): StatusError {
  const seconds = Math.ceil(waitMs / 1_000);
  return new StatusError('RESOURCE_EXHAUSTED', `${what}: try again in ${seconds} s`, {
    details: [{ type: 'google.rpc.RetryInfo', value: { retryDelay: { seconds: BigInt(seconds) } } }],
  });
}

function toClaims({ name, role }: Account, { issuer, audience }: Signing, iat: number): Record<string, unknown> {
  return {
    sub: name,
    username: name,
    role,
    iat,
    exp: iat + TOKEN_SECONDS,
    ...(issuer !== undefined && { iss: issuer }),
    ...(audience !== undefined && { aud: audience }),
  };
}
