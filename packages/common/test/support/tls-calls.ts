import { createClient, defineService, type ClientOptions, type Context } from '../../src/index.js';
import { startService, type TestServer } from '../../src/testing/index.js';
import { FourKinds } from './four-kinds.js';

type StartOptions = NonNullable<Parameters<typeof startService>[1]>;

/** A server whose unary method answers with what `answer` makes of its context. */
export function startAnswering(
  options: StartOptions,
  answer: (context: Context<any>) => string = () => 'secured',
): Promise<TestServer> {
  const none = (): never => {
    throw new Error('only the unary method is called');
  };
  const unary = (_request: object, context: Context<any>) => ({ text: answer(context) });
  return startService([defineService(FourKinds, { unary, server: none, client: none, bidi: none })], options);
}

/** What one unary call gives over a connection of its own: the answer, or the code and the message of its status. */
export async function callOnce(target: string, options: ClientOptions = {}): Promise<string> {
  const client = createClient(FourKinds, target, options);
  try {
    return (await client.unary({ text: '' }, { timeoutMs: 5_000 })).text;
  } catch (error) {
    const { code, statusMessage } = error as { code: string; statusMessage: string };
    return `${code}: ${statusMessage}`;
  } finally {
    client.$close();
  }
}

/** The refusals that a server has logged. */
export function readRefusals({ logs }: TestServer): readonly unknown[] {
  return logs.filter(({ level, msg }) => level === 'warn' && msg === 'connection refused').map(({ reason }) => reason);
}
