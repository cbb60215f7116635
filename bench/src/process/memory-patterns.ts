import { createClient } from '@streamworks/common';
import { BenchService } from '@streamworks/proto/streamworks/bench/bench';
import type { ClientJob } from './messages.js';

/** Opens streams and leaves them open. The client is ours for every server: it is the server that is looked at. */
export async function openMemoryPattern({ pattern, target, count, payloadBytes }: ClientJob): Promise<void> {
  const bench = createClient(BenchService, target);
  if (pattern === 'stopped-reader') {
    await bench.serverStreaming({ count: BigInt(count), payloadBytes }).next();
    return;
  }
  async function* sayOnce() {
    yield { number: 1n };
    await new Promise(() => undefined);
  }
  const open = Array.from({ length: count }, () => bench.bidi(sayOnce()));
  for (const responses of open) {
    const { value } = await responses.next();
    if (value?.number !== 1n) throw new Error('a stream that is to be idle has ended');
  }
}
