/** A message that is to be stored: from one user to another, or to a room. Every text is valid. */
export interface NewMessage {
  readonly kind: 'direct' | 'room';
  readonly sender: string;
  /** The user, or the room, that it is for. */
  readonly target: string;
  readonly content: string;
  /** The sender's own id for it; empty where it has none. */
  readonly messageId: string;
  /** When it was said, in unix seconds. */
  readonly saidAt: bigint;
}

/** A message that is stored, and never changes. */
export interface StoredMessage extends NewMessage {
  /** Its place among all messages: it rises with every one, with gaps. */
  readonly sequence: bigint;
  /** When it was stored, in unix milliseconds. */
  readonly storedAt: bigint;
}

/** What became of a message: where the sender had sent its id before, it is the message of then. */
export interface Appended {
  readonly message: StoredMessage;
  readonly isRepeat: boolean;
}

/**
 * Some of the messages: those to a user (`inbox`), those to or by a user (`feed`), those in some rooms, or all of them. Each
 * message is in it once.
 */
export type Topic =
  | { readonly kind: 'inbox' | 'feed'; readonly user: string }
  | { readonly kind: 'rooms'; readonly rooms: readonly string[] }
  | { readonly kind: 'all' };

/** Whether a message belongs to a topic. */
export function isAbout(topic: Topic, { kind, sender, target }: StoredMessage): boolean {
  switch (topic.kind) {
    case 'all':
      return true;
    case 'inbox':
      return kind === 'direct' && target === topic.user;
    case 'feed':
      return kind === 'direct' && (target === topic.user || sender === topic.user);
    case 'rooms':
      return kind === 'room' && topic.rooms.includes(target);
  }
}

/** Which messages of a topic. */
export interface Range {
  /** Only those behind this sequence. */
  readonly after: bigint;
  /** Only those up to this sequence. Default: all. */
  readonly upTo?: bigint;
}

/** What is removed: the oldest messages, until no others are older or larger than is to be kept. */
export interface Retention {
  /** In unix milliseconds; undefined: however old. */
  readonly storedBefore: bigint | undefined;
  /** Undefined: however large. */
  readonly mostBytes: bigint | undefined;
  /** What was stored then or later stays, however much it is: some are about to read it. In unix milliseconds. */
  readonly keepSince: bigint;
}

/**
 * All messages in one order. A reader who has read up to a sequence has missed nothing before it: a lower one never comes to
 * be seen after a higher one, whoever writes.
 */
export interface MessageStore {
  /**
   * Stores messages in their order, each (kind, sender, id) once, and resolves with what became of each when all of it is on
   * disk; rejects where it is not known to be.
   */
  append(messages: readonly NewMessage[]): Promise<Appended[]>;
  /** The messages of a topic in their order, read in pages as they are taken. */
  read(topic: Topic, range: Range): AsyncIterable<StoredMessage>;
  /** The last sequence that has been given; 0 before the first. */
  readLast(): Promise<bigint>;
  /** Calls the listener after each append, in this process or another one, or more often; what it gives back ends that. */
  onAppend(listener: () => void): () => void;
  /** Removes messages, and resolves with how many; those that are left when the signal aborts stay. */
  trim(retention: Retention, signal?: AbortSignal): Promise<number>;
}
