/** Requests that wait for one another. */
export interface Turns<Request> {
  readonly requests: AsyncGenerator<Request, undefined, undefined>;
  /** The last request has been answered: the next may go, or the requests end. */
  readonly onAnswer: () => void;
}

/** Sends each request once the one before it has been answered, and half-closes after the last answer. */
export function takeTurns<Request>(requests: readonly Request[]): Turns<Request> {
  let onAnswer = (): void => undefined;
  async function* send(): AsyncGenerator<Request, undefined, undefined> {
    for (const request of requests) {
      const answered = new Promise<void>((resolve) => (onAnswer = resolve));
      yield request;
      await answered;
    }
    return undefined;
  }
  return { requests: send(), onAnswer: () => onAnswer() };
}
