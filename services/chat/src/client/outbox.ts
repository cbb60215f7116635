/** What a person has said, until it is acknowledged. */
export interface Outbox<Message> {
  /** Whether there is nothing more to come, and everything is acknowledged. */
  readonly isDone: boolean;
  /** Resolves when there is room for another one: very many may come out of a pipe. */
  add(id: string, message: Message): Promise<void>;
  /** Nothing more is added. */
  end(): void;
  /** Notes that a message has arrived; whether it is one of this outbox, now or before. */
  acknowledge(id: string): boolean;
  /** What a new call is to send: everything that is not acknowledged, then what is added. It ends with the outbox. */
  open(): { readonly messages: AsyncIterable<Message>; close(): void };
}

/** The most that wait to be acknowledged. */
const MOST_WAITING = 1000;

export function createOutbox<Message>(): Outbox<Message> {
  const ids = new Set<string>();
  const waiting = new Map<string, Message>();
  /** What the newest call has not sent yet. */
  let unsent: [id: string, message: Message][] = [];
  let isEnded = false;
  let wake: () => void = () => undefined;
  let giveRoom: () => void = () => undefined;

  return {
    get isDone() {
      return isEnded && waiting.size === 0;
    },
    async add(id, message) {
      ids.add(id);
      waiting.set(id, message);
      unsent.push([id, message]);
      wake();
      if (waiting.size >= MOST_WAITING) await new Promise<void>((resolve) => (giveRoom = resolve));
    },
    end() {
      isEnded = true;
      wake();
    },
    acknowledge(id) {
      waiting.delete(id);
      if (waiting.size < MOST_WAITING) giveRoom();
      return ids.has(id);
    },
    open() {
      const own = (unsent = [...waiting]);
      let isClosed = false;
      async function* messages(): AsyncGenerator<Message> {
        while (!isClosed) {
          const next = own.shift();
          if (next !== undefined) {
            const [id, message] = next;
            if (waiting.has(id)) yield message; // else it has been stored before, and has come back
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
