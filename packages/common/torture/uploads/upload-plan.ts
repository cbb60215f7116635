/** How uploads end. */
export const endings = ['normal', 'cancel', 'deadline', 'cut', 'kill', 'exit'] as const;
export type Ending = (typeof endings)[number];

/** Who makes them: programs of their own. `C-core` is Python's grpcio. */
export const uploadClients = ['ours', 'ours, public', 'grpc-js', 'C-core'] as const;
export type UploadClient = (typeof uploadClients)[number];

/** What a process that makes uploads is told. */
export interface UploadPlan {
  readonly client: UploadClient;
  readonly kind: 'client' | 'bidi';
  readonly ending: Ending;
  /** How many uploads a batch has; each batch is over one connection. */
  readonly parallel: number;
  /** The root that the client trusts, in PEM, where the connection is one over TLS. */
  readonly root?: string;
}
