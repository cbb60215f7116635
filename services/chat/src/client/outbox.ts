/** What a person has said, until it is acknowledged. */
export interface Outbox<Message> {
  /** Whether there is nothing more to come, and everything is acknowledged. */
  readonly isDone: boolean;
  add(id: string, message: Message): void;
  /** Nothing more is added. */
  end(): void;
  /** Notes that a message has arrived; whether it is one of this outbox, now or before. */
  acknowledge(id: string): boolean;
  /** What a new call is to send: everything that is not acknowledged, then what is added. It ends with the outbox. */
  open(): { readonly messages: AsyncIterable<Message>; close(): void };
}

export function createOutbox<Message>(): Outbox<Message> {
  const ids = new Set<string>();
  const waiting = new Map<string, Message>();
  let isEnded = false;
  let wake: () => void = () => undefined;

  return {
    get isDone() {
      return isEnded && waiting.size === 0;
    },
    add(id, message) {
      ids.add(id);
      waiting.set(id, message);
      wake();
    },
    end() {
      isEnded = true;
      wake();
    },
    acknowledge(id) {
      waiting.delete(id);
      return ids.has(id);
    },
    open() {
      const sent = new Set<string>();
      let isClosed = false;
      async function* messages(): AsyncGenerator<Message> {
        while (!isClosed) {
          const next = [...waiting].find(([id]) => !sent.has(id));
          if (next !== undefined) {
            sent.add(next[0]);
            yield next[1];
          } else if (isEnded) return;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      }
      return {
        messages: messages(),
        close() {
          isClosed = true;
          wake();
        },
      };
    },
  };
}
