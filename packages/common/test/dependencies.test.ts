import { ServerStream } from '@streamworks/proto/stream/pow';
import { describe, expect, it } from 'vitest';
import { createClient, defineService } from '../src/index.js';
import { collect, gate, startService, until } from '../src/testing/index.js';

describe('what the handlers need', () => {
  const readyz = async (port: number | undefined): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}/readyz`)).status;

  it('makes /readyz say 503 while it is not there, and calls are taken all the same', async () => {
    let isReady = true;
    const service = defineService(ServerStream, {
      async *pow() {
        yield { number: 1n };
      },
    });
    await using server = await startService([service], { config: { metricsPort: 0 }, isReady: () => isReady });
    const client = createClient(ServerStream, server.target);
    expect(await readyz(server.metricsPort)).toBe(200);
    isReady = false;
    expect(await readyz(server.metricsPort)).toBe(503);
    expect(await collect(client.pow({}))).toEqual([{ number: 1n }]);
    isReady = true;
    expect(await readyz(server.metricsPort)).toBe(200);
    client.$close();
  });

  it('is closed once, when the last call has ended, and the stop waits for that', async () => {
    const events: string[] = [];
    const [started, goOn, closed] = [gate(), gate(), gate()];
    const service = defineService(ServerStream, {
      async *pow() {
        yield { number: 1n };
        started.open();
        await goOn;
        events.push('the call has ended');
      },
    });
    const server = await startService([service], {
      async onStopped() {
        events.push('closing');
        await closed;
        events.push('closed');
      },
    });
    const client = createClient(ServerStream, server.target);
    const responses = collect(client.pow({}));
    await started;
    const stopped = Promise.all([server.stop(), server.stop()]).then(() => events.push('stopped'));
    await until(() => server.logs.some(({ msg }) => msg === 'draining'));
    goOn.open();
    await responses;
    await until(() => events.includes('closing'));
    closed.open();
    await stopped;
    expect(events).toEqual(['the call has ended', 'closing', 'closed', 'stopped']);
    client.$close();
  });
});
