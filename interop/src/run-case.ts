import { CallError } from '@streamworks/common';
import { cases } from './cases.js';
import { CaseFailure } from './expect.js';
import { createPeer, type PeerOptions } from './peer.js';

/** A case that has not ended by then never will; the soak cases have a limit of their own besides. */
const LIMIT_MS = 20_000;

/** Runs one case over a connection of its own. Gives the reason why it failed, or undefined where it passed. */
export async function runCase(name: string, target: string, options: PeerOptions = {}): Promise<string | undefined> {
  const run = cases.get(name);
  if (run === undefined) throw new Error(`there is no case ${name}`);
  const peer = createPeer(target, options);
  const limitMs = LIMIT_MS + (name.endsWith('_soak') ? peer.soak.overallTimeoutMs : 0);
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CaseFailure(`no end within ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([run(peer), limit]);
    return undefined;
  } catch (error) {
    return describe(error);
  } finally {
    clearTimeout(timer);
    peer.close();
  }
}

function describe(error: unknown): string {
  if (error instanceof CaseFailure || error instanceof CallError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
