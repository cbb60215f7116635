import { CallError } from '@streamworks/common';
import { describe, expect, it } from 'vitest';
import { converse, type Conversation, type Talk } from './conversation.js';

const exhausted = new CallError({ code: 'RESOURCE_EXHAUSTED', message: 'too much', method: '/a/b' });

/** A conversation each of whose calls brings so many messages, then ends with RESOURCE_EXHAUSTED; the last one with OK. */
async function play(brought: readonly number[]) {
  let [calls, sequence] = [0, 0n];
  const lines: string[] = [];
  const conversation: Conversation<Talk> = {
    names: {},
    async *open() {
      const count = brought[calls] ?? 0;
      calls += 1;
      for (let index = 0; index < count; index += 1) yield { messageId: '', sequence: (sequence += 1n) };
      if (calls < brought.length) throw exhausted;
    },
    toMessage: (_, messageId) => ({ messageId, sequence: 0n }),
    toLine: (message) => String(message.sequence),
  };
  const print = (line: string): void => void lines.push(line);
  const signal = AbortSignal.timeout(5_000);
  await converse(conversation, { texts: (async function* () {})(), after: 0n, signal, print, note: () => undefined });
  return lines;
}

describe('a conversation', () => {
  it('goes on where it was when its reader was too slow', async () => {
    expect(await play([2, 1, 0])).toEqual(['1', '2', '3']);
  });

  it('ends where a call is refused as too much that has brought nothing: it would be so again', async () => {
    await expect(play([1, 0, 0])).rejects.toBe(exhausted);
  });
});
