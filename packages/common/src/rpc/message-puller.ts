import type { MessageSource } from './incoming.js';

/** A source over grpc-js's public API, where each message has to be asked for. */
export interface MessagePuller extends MessageSource {
  /** To be called when a message has come, after it has been handed on. */
  onMessage(): void;
}

/** Asks for messages one by one. grpc-js may answer inside `startRead`, hence a loop and no recursion. */
export function createMessagePuller(startRead: () => void): MessagePuller {
  let isPaused = true;
  let isAsked = false;
  let isPulling = false;
  const pull = (): void => {
    if (isPulling) return;
    isPulling = true;
    while (!isPaused && !isAsked) {
      isAsked = true;
      startRead();
    }
    isPulling = false;
  };
  return {
    resume() {
      isPaused = false;
      pull();
    },
    pause() {
      isPaused = true;
    },
    onMessage() {
      isAsked = false;
      pull();
    },
  };
}
