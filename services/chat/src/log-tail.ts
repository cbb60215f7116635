import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '@streamworks/common';
import type { MessageStore, StoredMessage } from './message-store.js';
import { createRecentMessages } from './recent-messages.js';
import { shareReads } from './share-reads.js';
import { createTurn } from './turn.js';

/** The end of the messages, as this process sees it: it hands each new one on, once and in order. */
export interface LogTail {
  /** The sequence up to which everything has been handed on. */
  readonly position: bigint;
  /** Everything after a sequence that has been handed on; undefined where that is too long ago to be in memory. */
  recentAfter(sequence: bigint): readonly StoredMessage[] | undefined;
  /**
   * Resolves when everything has been handed on that is stored now, also by other processes. Rejects with the signal's reason
   * when that aborts, and where the store cannot be read.
   */
  catchUp(signal: AbortSignal): Promise<void>;
  /** Hands nothing on any more. */
  close(): void;
}

export interface LogTailOptions {
  readonly messages: MessageStore;
  readonly log: Logger;
  /** Called with each new message. It does not throw, and waits for nothing. */
  readonly onMessage: (message: StoredMessage) => void;
}

/** After a failure it is tried again without being woken. */
const RETRY_MS = 200;

interface Waiter {
  readonly sequence: bigint;
  reach(): void;
}

/** Begins at the messages that are to come; they are read when the store says that there are some. */
export async function followLog({ messages, log, onMessage }: LogTailOptions): Promise<LogTail> {
  let position = await messages.readLast();
  let isWoken = false;
  let isRunning = false;
  let isFailing = false;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;
  const waiters = new Set<Waiter>();
  const readLast = shareReads(() => messages.readLast()); // very many come back at once after a cut
  const recent = createRecentMessages(position);
  const stop = messages.onAppend(wake);
  wake(); // for what has come since the first look

  function wake(): void {
    isWoken = true;
    if (!isRunning && !isClosed) void run();
  }

  async function run(): Promise<void> {
    isRunning = true;
    while (isWoken && !isClosed) {
      isWoken = false;
      try {
        await readNew();
        if (isFailing) log.info('new messages can be read again');
        isFailing = false;
      } catch (error) {
        if (!isFailing) log.warn({ err: error }, 'new messages cannot be read: it is tried again');
        isFailing = true;
        clearTimeout(retry); // others wake it meanwhile: there is one to come, however often it has failed
        retry = setTimeout(wake, RETRY_MS);
      }
    }
    isRunning = false;
  }

  async function readNew(): Promise<void> {
    // Some sequences have no message: those of repeats, and of what was removed before it was read.
    const last = await messages.readLast();
    let turn = createTurn();
    for await (const message of messages.read({ kind: 'all' }, { after: position, upTo: last })) {
      if (isClosed) return;
      recent.add(message);
      position = message.sequence;
      onMessage(message);
      if (!turn.isDue(message)) continue;
      tellWaiters();
      await nextTurn();
      turn = createTurn();
    }
    if (last > position) position = last;
    tellWaiters();
  }

  /** Not with each message: very many may wait, who all come back after a cut. */
  function tellWaiters(): void {
    for (const waiter of waiters) {
      if (waiter.sequence <= position) waiter.reach();
    }
  }

  function untilReached(sequence: bigint, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiters.delete(waiter);
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        leave();
        reject(toError(signal.reason));
      };
      const waiter: Waiter = {
        sequence,
        reach() {
          leave();
          resolve();
        },
      };
      if (signal.aborted) return abort();
      waiters.add(waiter);
      signal.addEventListener('abort', abort);
    });
  }

  return {
    get position() {
      return position;
    },
    recentAfter: (sequence) => recent.after(sequence),
    async catchUp(signal) {
      const last = await readLast();
      if (last <= position) return;
      wake();
      await untilReached(last, signal);
    },
    close() {
      isClosed = true;
      clearTimeout(retry);
      stop();
    },
  };
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
