import { gate } from '@streamworks/common/testing';
import { describe, expect, it } from 'vitest';
import { groupAppends } from './group-appends.js';
import type { Appended, NewMessage } from './message-store.js';

const toMessage = (content: string): NewMessage => ({
  kind: 'room',
  sender: 'ann',
  target: 'lobby',
  content,
  messageId: '',
  saidAt: 1n,
});
const toAppended = (message: NewMessage): Appended => ({
  message: { ...message, sequence: 1n, storedAt: 1n },
  isRepeat: false,
});

describe('appends that come at once', () => {
  it('are one, after the one that is under way, and each gets what is its own', async () => {
    const groups: string[][] = [];
    const goOn = gate();
    const append = groupAppends(async (messages) => {
      groups.push(messages.map(({ content }) => content));
      await goOn;
      return messages.map(toAppended);
    });
    const results = [['a'], ['b', 'c'], [], ['d']].map((contents) => append(contents.map(toMessage)));
    goOn.open();
    const appended = await Promise.all(results);
    expect(groups).toEqual([['a'], ['b', 'c', 'd']]);
    expect(appended.map((one) => one.map(({ message }) => message.content))).toEqual([['a'], ['b', 'c'], [], ['d']]);
  });

  it('fail together, and those after them do not', async () => {
    let calls = 0;
    const append = groupAppends(async (messages) => {
      calls += 1;
      if (calls === 2) throw new Error('lost');
      return messages.map(toAppended);
    });
    const [first, ...lost] = [append([toMessage('a')]), append([toMessage('b')]), append([toMessage('c')])];
    expect(await first).toHaveLength(1);
    for (const one of lost) await expect(one).rejects.toThrow('lost');
    expect(await append([toMessage('d')])).toHaveLength(1);
  });

  it('stay whole, and are as many as one statement should have', async () => {
    const sizes: number[] = [];
    const append = groupAppends(async (messages) => {
      sizes.push(messages.length);
      return messages.map(toAppended);
    });
    const many = (count: number) => Array.from({ length: count }, () => toMessage('x'));
    await Promise.all([1, 300, 300, 2000, 5].map((count) => append(many(count))));
    expect(sizes).toEqual([1, 300, 300, 2000, 5]);
    await Promise.all([1, 200, 200, 112, 1].map((count) => append(many(count))));
    expect(sizes.slice(5)).toEqual([1, 512, 1]);
    const large = toMessage('x'.repeat(300 * 1024));
    await Promise.all([1, 1, 1, 1, 1, 5, 1].map((count) => append(Array.from({ length: count }, () => large))));
    expect(sizes.slice(8)).toEqual([1, 3, 1, 5, 1]);
  });
});
