/** What can be stopped and started again. */
export interface PostgresServer {
  /** The URL of its own database, `postgres`. */
  readonly url: string;
  stop(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}
