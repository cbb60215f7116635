import type { ClientModule, ServerModule } from './bench-client.js';

/** An implementation that can stand on either side. Its modules are loaded by the process that runs them alone. */
export interface Peer {
  readonly loadServer: () => Promise<ServerModule>;
  readonly loadClient: () => Promise<ClientModule>;
}

const loadPlainServer = () => import('./grpc-js/server.js');

/** The peers by name, in the order of the tables. */
export const peers = {
  ours: { loadServer: () => import('./ours/server.js'), loadClient: () => import('./ours/client.js') },
  'grpc-js': { loadServer: loadPlainServer, loadClient: () => import('./grpc-js/client.js') },
  // The option is one of the client.
  'grpc-js-buffer': { loadServer: loadPlainServer, loadClient: () => import('./grpc-js-buffer/client.js') },
  'nice-grpc': { loadServer: () => import('./nice-grpc/server.js'), loadClient: () => import('./nice-grpc/client.js') },
  connect: { loadServer: () => import('./connect/server.js'), loadClient: () => import('./connect/client.js') },
  raw: { loadServer: () => import('./raw/server.js'), loadClient: () => import('./raw/client.js') },
  guarded: { loadServer: () => import('./guarded/server.js'), loadClient: () => import('./guarded/client.js') },
} as const satisfies Record<string, Peer>;

/** The name of a peer that runs in a process of Node. */
export type PeerName = keyof typeof peers;

/** The peers of the tables: `guarded` is ours once more, and only compared to ours. */
export const tablePeers = ['ours', 'grpc-js', 'grpc-js-buffer', 'nice-grpc', 'connect', 'raw'] as const;

export const isPeer = (name: string): name is PeerName => Object.hasOwn(peers, name);
