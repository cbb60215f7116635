import type { ClientOptions } from '../rpc/create-client.js';

/** What the client script of a service does, and how it is called. */
export interface ClientCommand {
  /** The name of the service: the script is `pnpm client <name>`. */
  readonly name: string;
  /** How it is called where that is another way, such as `pnpm bench:chat`. */
  readonly command?: string;
  /** Where the service listens unless `--target` says otherwise; empty where nothing does. */
  readonly target: string;
  /** What stands behind the name in the usage line, and so how many arguments there may be: `[number]`, `[number ...]`. */
  readonly parameters: string;
  /** What the script does, in a line or two. */
  readonly description: string;
  /** Options besides those that every client script has, with a line of help each. */
  readonly options?: Record<string, ClientOption>;
  readonly run: (input: ClientInput) => Promise<void>;
}

/** The command line, taken apart. */
export interface ClientInput {
  readonly target: string;
  /** How the client is to connect, besides the target: what it says for TLS, and who calls. */
  readonly clientOptions: ClientOptions;
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** Aborts at Ctrl-C: the call is cancelled. */
  readonly signal: AbortSignal;
  /** Writes a line to stdout. */
  readonly print: (line: unknown) => void;
}

/** An option of a client script, with its line of help. */
export interface ClientOption {
  readonly type: 'string' | 'boolean';
  readonly help: string;
}
