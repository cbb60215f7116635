import type { Contract, Method } from '@streamworks/proto';
import type { Context, Handlers, RequestStream } from './context.js';

/** A handler as the adapter sees it: the kind of its method is known at run time only. */
export type AnyHandler = (
  request: RequestStream<unknown>,
  context: Context<any>,
) => AsyncIterable<object> | Promise<object | void> | object;

/** Who may call a method where callers are authenticated: everybody, without a token, or whoever has one of the roles. */
export type Roles = 'open' | readonly string[];

/** One method with the function that implements it. */
export interface BoundMethod {
  readonly service: string;
  readonly method: Method<any, any>;
  readonly handler: AnyHandler;
  /** Undefined for everybody with a valid token. */
  readonly roles: Roles | undefined;
  /** The most bytes of one request message; undefined: as many as the server takes. */
  readonly maxRequestBytes: number | undefined;
}

/** A contract with its handlers: what `serve` serves. */
export interface Service {
  readonly contract: Contract<any>;
  readonly methods: readonly BoundMethod[];
}

/** What stands beside the handlers of a service. */
export interface ServiceOptions<C extends Contract<any>> {
  /**
   * Who may call which method: `{ createLaptop: ['admin'], searchLaptop: 'open' }`. It counts where the server
   * authenticates its callers. A method that is not named needs a valid token, whatever its roles.
   */
  readonly roles?: { readonly [Name in keyof C['methods']]?: Roles };
  /**
   * The most bytes of one request message, for methods that need less than the server takes (`MAX_MESSAGE_BYTES`):
   * `{ createLaptop: 131_072 }`. Over it: RESOURCE_EXHAUSTED, by the length that is sent before a message, and so before anything
   * of it is decoded. A compressed message may not become longer, either. Default: what the server takes.
   */
  readonly maxRequestBytes?: { readonly [Name in keyof C['methods']]?: number };
}

/** Joins a contract and its handlers; a handler that is missing or of the wrong kind does not compile. */
export function defineService<C extends Contract<any>>(
  contract: C,
  handlers: Handlers<C>,
  { roles = {}, maxRequestBytes = {} }: ServiceOptions<C> = {},
): Service {
  const methods = Object.entries<Method<any, any>>(contract.methods).map(([name, method]) => {
    // Handlers<C> has checked the kind of each; the adapter calls it accordingly.
    const handler = Object.hasOwn(handlers, name) ? (handlers[name] as AnyHandler) : undefined;
    if (typeof handler !== 'function') throw new TypeError(`${contract.name} has no handler for ${name}`);
    return {
      service: contract.name,
      method,
      handler: handler.bind(handlers),
      roles: Object.hasOwn(roles, name) ? roles[name] : undefined,
      maxRequestBytes: Object.hasOwn(maxRequestBytes, name) ? maxRequestBytes[name] : undefined,
    };
  });
  return { contract, methods };
}
