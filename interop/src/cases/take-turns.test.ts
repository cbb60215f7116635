import { describe, expect, it } from 'vitest';
import { takeTurns } from './take-turns.js';

describe('takeTurns', () => {
  it('gives a request when the one before it has been answered, and ends after the last answer', async () => {
    const { requests, onAnswer } = takeTurns(['a', 'b']);
    expect(await requests.next()).toEqual({ done: false, value: 'a' });
    const order: string[] = [];
    const second = requests.next().then((result) => order.push(String(result.value)));
    order.push('answer');
    onAnswer();
    await second;
    expect(order).toEqual(['answer', 'b']);
    const end = requests.next();
    onAnswer();
    expect(await end).toEqual({ done: true, value: undefined });
  });
});
