import { invalidArgument, StatusError, type Context } from '@streamworks/common';
import type { Message } from '@streamworks/proto/message';
import type { NewMessage } from '../message-store.js';
import { checkUser } from './call-metadata.js';
import { checkContent, checkMessageId, checkName } from './check-message.js';

/** The messages before the first bad one, and what is wrong with that: those before it are stored. */
export interface Group {
  readonly group: readonly NewMessage[];
  readonly refusal: StatusError | undefined;
}

/** Who sends, as far as the call says it. */
export interface Sender {
  readonly context: Pick<Context, 'user'>;
  /** The user of the call, who stands for an empty `from`; undefined: each message says it. */
  readonly user?: string | undefined;
  /** In unix milliseconds. */
  readonly now: number;
}

/** Reads direct messages up to the first bad one. */
export function readDirect(batch: readonly Message[], sender: Sender): Group {
  const group: NewMessage[] = [];
  for (const message of batch) {
    try {
      group.push(toNewMessage(message, sender));
    } catch (error) {
      if (error instanceof StatusError) return { group, refusal: error };
      throw error;
    }
  }
  return { group, refusal: undefined };
}

function toNewMessage({ from, to, content, messageId }: Message, { context, user, now }: Sender): NewMessage {
  const sender = from === '' && user !== undefined ? user : from;
  checkName('from', sender);
  if (user !== undefined && sender !== user) throw invalidArgument('from', 'is another user than that of the call');
  checkUser(context, 'from', sender);
  checkName('to', to);
  checkContent(content);
  checkMessageId(messageId);
  return { kind: 'direct', sender, target: to, content, messageId, saidAt: BigInt(Math.floor(now / 1000)) };
}
