import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from './message-store.js';
import { countBytes } from './message-row.js';
import { createRecentMessages } from './recent-messages.js';

const toMessage = (sequence: bigint, content = 'x'): StoredMessage => ({
  kind: 'room',
  sender: 'ann',
  target: 'lobby',
  content,
  messageId: '',
  saidAt: 1n,
  sequence,
  storedAt: 1n,
});

describe('recent messages', () => {
  it('are all of those after a sequence, or none where one is missing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ gap: fc.bigInt({ min: 1n, max: 3n }), size: fc.nat(400) }), { maxLength: 60 }),
        fc.bigInt({ min: 10n, max: 100n }),
        (steps, after) => {
          const mostBytes = 2_000;
          const recent = createRecentMessages(10n, { mostBytes });
          let sequence = 10n;
          const all = steps.map(({ gap, size }) => toMessage((sequence += gap), 'x'.repeat(size)));
          for (const message of all) recent.add(message);
          const kept = recent.after(after);
          const expected = all.filter((message) => message.sequence > after);
          if (kept === undefined) {
            // Some of them are gone only where they were too many.
            expect(expected.reduce((bytes, message) => bytes + countBytes(message), 0)).toBeGreaterThan(0);
            expect(all.reduce((bytes, message) => bytes + countBytes(message), 0)).toBeGreaterThan(mostBytes);
          } else expect(kept).toEqual(expected);
        },
      ),
    );
  });

  it('know nothing from before their beginning', () => {
    const recent = createRecentMessages(5n);
    expect(recent.after(4n)).toBeUndefined();
    expect(recent.after(5n)).toEqual([]);
    recent.add(toMessage(7n));
    expect(recent.after(5n)).toHaveLength(1);
    expect(recent.after(7n)).toEqual([]);
  });
});
