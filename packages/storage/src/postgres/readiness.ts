import type { Logger } from '@streamworks/common';

const FIRST_PROBE_MS = 100;
const LONGEST_PROBE_MS = 2_000;

/** Whether PostgreSQL can be reached: so until a connection is lost, and then again as soon as a probe succeeds. */
export interface Readiness {
  readonly isReady: boolean;
  /** Says that a connection is lost, or could not be made. */
  lose(error: unknown): void;
  stop(): void;
}

export interface ReadinessOptions {
  readonly log: Logger;
  /** The database as lines may name it. */
  readonly name: string;
  /** Throws where the database cannot be reached. */
  readonly probe: () => Promise<void>;
}

export function createReadiness({ log, name, probe }: ReadinessOptions): Readiness {
  let ready = true;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  function probeIn(ms: number): void {
    timer = setTimeout(() => {
      probe().then(
        () => {
          if (stopped) return;
          ready = true;
          log.info({ database: name }, 'the database can be reached again');
        },
        () => {
          if (!stopped) probeIn(Math.min(ms * 2, LONGEST_PROBE_MS));
        },
      );
    }, ms);
  }

  return {
    get isReady() {
      return ready;
    },
    lose(error) {
      if (!ready || stopped) return;
      ready = false;
      log.warn({ database: name, reason: toReason(error) }, 'the database cannot be reached');
      probeIn(FIRST_PROBE_MS);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** What an error of a connection says: Node's error for several addresses has a code and no message. */
export function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : error.name;
  return (error.message === '' ? code : error.message).replaceAll(/\s+/g, ' ');
}
