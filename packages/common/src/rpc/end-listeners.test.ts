import { describe, expect, it } from 'vitest';
import type { CallOutcome } from './call-outcome.js';
import { EndListeners } from './end-listeners.js';

const outcome: CallOutcome = { code: 'OK', message: '', durationMs: 0, received: 0, sent: 0 };

/** Listeners that note their names, and what is noted when all are told. */
function createNotes() {
  const listeners = new EndListeners<undefined>();
  const told: string[] = [];
  return {
    listeners,
    create: (name: string) => (): void => void told.push(name),
    tell() {
      listeners.take((listener) => listener(outcome, undefined));
      return told.splice(0);
    },
  };
}

describe('the listeners for the end of a call', () => {
  it('are told once, the last one first', () => {
    const { listeners, create, tell } = createNotes();
    for (const name of ['a', 'b', 'c']) listeners.add(create(name));
    expect(tell()).toEqual(['c', 'b', 'a']);
    expect(tell()).toEqual([]);
  });

  it('may be one function several times: each registration is taken back by itself', () => {
    const { listeners, create, tell } = createNotes();
    const listener = create('a');
    const [remove] = [listeners.add(listener), listeners.add(listener), listeners.add(listener)];
    remove();
    remove();
    expect(tell()).toEqual(['a', 'a']);
  });

  it('are not told once another one has taken them away', () => {
    const { listeners, create, tell } = createNotes();
    const remove = listeners.add(create('a'));
    listeners.add(() => remove());
    listeners.add(create('c'));
    expect(tell()).toEqual(['c']);
  });

  it('can be taken away, one of one and one of many', () => {
    const { listeners, create, tell } = createNotes();
    listeners.add(create('a'))();
    expect(tell()).toEqual([]);
    const removals = ['a', 'b', 'c'].map((name) => listeners.add(create(name)));
    removals[1]!();
    removals[1]!();
    expect(tell()).toEqual(['c', 'a']);
  });

  it('may be many: the cost of one more does not grow', { timeout: 20_000 }, () => {
    const { listeners, create } = createNotes();
    const removals = Array.from({ length: 300_000 }, (_, index) => listeners.add(create(String(index))));
    for (const remove of removals.slice(100_000)) remove();
    let told = 0;
    listeners.take(() => (told += 1));
    expect(told).toBe(100_000);
  });
});
