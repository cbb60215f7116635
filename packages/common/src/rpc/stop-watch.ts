import { setMaxListeners } from 'node:events';
import { CallError } from '../errors/call-error.js';

/** A call itself ends at its deadline, and knows more of how far it has come: it goes first. */
const GRACE_MS = 20;

export interface StopWatchOptions {
  readonly deadline: Date | undefined;
  readonly signals: readonly AbortSignal[];
  /** For the errors. */
  readonly method: string;
}

/** Ends waits for something that knows of no deadline and no signal. */
export class StopWatch {
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #signals: readonly AbortSignal[];
  readonly #onAbort: () => void;
  #reason: CallError | undefined;
  #waits: Set<(reason: CallError) => void> | undefined;

  constructor({ deadline, signals, method }: StopWatchOptions) {
    this.#signals = signals;
    this.#onAbort = () => this.stop(new CallError({ code: 'CANCELLED', message: 'the call was cancelled', method }));
    for (const signal of signals) {
      setMaxListeners(Infinity, signal); // one may stand for all calls of an application
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
    if (signals.some(({ aborted }) => aborted)) this.#onAbort();
    if (deadline === undefined) return;
    const onLate = (): void =>
      this.stop(new CallError({ code: 'DEADLINE_EXCEEDED', message: 'the deadline has passed', method }));
    this.#timer = setTimeout(onLate, Math.max(0, deadline.getTime() - Date.now()) + GRACE_MS);
  }

  /** Rejects every wait, present and future. */
  stop(reason: CallError): void {
    this.#reason ??= reason;
    for (const reject of this.#waits ?? []) reject(this.#reason);
    this.#waits = undefined;
  }

  throwIfStopped(): void {
    if (this.#reason !== undefined) throw this.#reason;
  }

  /** The result of something, or an error when it has been waited for long enough. */
  wait<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const waits = (this.#waits ??= new Set());
      waits.add(reject);
      work.then(resolve, reject).finally(() => waits.delete(reject));
      if (this.#reason !== undefined) reject(this.#reason);
    });
  }

  /** Nobody waits any more. */
  end(): void {
    clearTimeout(this.#timer);
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#onAbort);
  }
}
