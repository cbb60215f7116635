import type { Contract, Method } from '@streamworks/proto';
import type { Context, Handlers, RequestStream } from './context.js';

/** A handler as the adapter sees it: the kind of its method is known at run time only. */
export type AnyHandler = (
  request: RequestStream<unknown>,
  context: Context<any>,
) => AsyncIterable<object> | Promise<object | void> | object;

/** One method with the function that implements it. */
export interface BoundMethod {
  readonly service: string;
  readonly method: Method<any, any>;
  readonly handler: AnyHandler;
}

/** A contract with its handlers: what `serve` serves. */
export interface Service {
  readonly contract: Contract<any>;
  readonly methods: readonly BoundMethod[];
}

/** Joins a contract and its handlers; a handler that is missing or of the wrong kind does not compile. */
export function defineService<C extends Contract<any>>(contract: C, handlers: Handlers<C>): Service {
  const methods = Object.entries<Method<any, any>>(contract.methods).map(([name, method]) => {
    // Handlers<C> has checked the kind of each; the adapter calls it accordingly.
    const handler = handlers[name] as AnyHandler | undefined;
    if (typeof handler !== 'function') throw new TypeError(`${contract.name} has no handler for ${name}`);
    return { service: contract.name, method, handler: handler.bind(handlers) };
  });
  return { contract, methods };
}
