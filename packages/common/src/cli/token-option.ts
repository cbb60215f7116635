import { withToken } from '../rpc/interceptors/with-token.js';
import type { ClientOptions } from '../rpc/create-client.js';
import { UsageError } from './usage-error.js';

/** The option of every client script that says who calls. */
export const tokenOption = {
  token: { type: 'string', value: ' <token>', help: 'the token (JWT) for a service that asks for one' },
} as const;

/** What a client is given for it. Throws a {@link UsageError} for what no header can carry. */
export function readTokenOption({ token }: Readonly<Record<string, unknown>>): Pick<ClientOptions, 'interceptors'> {
  if (token === undefined) return {};
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw new UsageError('--token is no token');
  return { interceptors: [withToken(token)] };
}
