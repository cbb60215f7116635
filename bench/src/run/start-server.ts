import type { PeerName } from '../peers/peers.js';
import type { OtherServer } from '../plan/cell.js';
import type { Announcement } from '../process/messages.js';
import type { Usage } from '../process/usage.js';
import { nextMessage, startChild, stopChild } from './child.js';
import type { RunningServer } from './running-server.js';
import { startGrpcGo } from './start-grpc-go.js';

/** Starts a server, unless it is one that runs already. */
export async function startServer(server: PeerName | OtherServer): Promise<RunningServer> {
  if (typeof server !== 'string') return server.address === undefined ? startGrpcGo() : toRunning(server.address);
  const child = startChild('server', server);
  const { port } = await nextMessage<Announcement>(child);
  return {
    target: `127.0.0.1:${port}`,
    readUsage(request = { collect: false }) {
      const usage = nextMessage<Usage>(child);
      child.send(request);
      return usage;
    },
    stop: () => stopChild(child),
  };
}

const toRunning = (target: string): RunningServer => ({
  target,
  readUsage: () => Promise.resolve(undefined),
  stop: () => Promise.resolve(),
});
