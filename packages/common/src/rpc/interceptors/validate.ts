import type { Contract, Method } from '@streamworks/proto';
import type { Interceptor } from './interceptor.js';

/** A check for each method that has one: it throws a StatusError, such as `invalidArgument` makes, for a bad request. */
export type Checks<C extends Contract<any>> = {
  readonly [Name in keyof C['methods']]?: C['methods'][Name] extends Method<infer Request, any, any, any>
    ? (request: Request) => void
    : never;
};

/**
 * Checks every request before the handler sees it. The requests of a stream before a bad one are handled. On a client it
 * keeps a bad request from being sent.
 */
export function validate<C extends Contract<any>>(contract: C, checks: Checks<C>): Interceptor {
  const checksByPath = new Map<string, (request: any) => void>();
  for (const [name, method] of Object.entries<Method<any, any>>(contract.methods)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check !== undefined) checksByPath.set(method.path, check);
  }
  return ({ method, requests }, next) => {
    const check = checksByPath.get(method);
    return next(check === undefined ? requests : requests.tap(check));
  };
}
