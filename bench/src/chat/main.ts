import { runClient, UsageError, type ClientInput } from '@streamworks/common/cli';
import { startServiceProcess } from '@streamworks/common/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toReport } from './report.js';
import { runLoad, type LoadPlan } from './run-load.js';

const main = fileURLToPath(new URL('../../../services/chat/dist/main.js', import.meta.url));

const defaults = { users: 200, rooms: 1, rate: 1_000, seconds: 10, slow: 0, size: 32, connections: 4 };

await runClient({
  name: 'bench:chat',
  target: '',
  parameters: '',
  description: `Users in rooms, and one more in each who says something at a rate; measures what arrives.
Starts a chat of its own, on SQLite in a folder that is removed, unless --target names one.`,
  options: {
    users: { type: 'string', help: `how many listen, shared between the rooms (default: ${defaults.users})` },
    rooms: { type: 'string', help: `how many rooms (default: ${defaults.rooms})` },
    rate: { type: 'string', help: `messages a second, over all rooms; 0: as many as go (default: ${defaults.rate})` },
    seconds: { type: 'string', help: `how long (default: ${defaults.seconds})` },
    slow: { type: 'string', help: `how many of the users stop reading at the beginning (default: ${defaults.slow})` },
    size: { type: 'string', help: `bytes of a content, from 32 (default: ${defaults.size})` },
    connections: { type: 'string', help: `how many connections the users share (default: ${defaults.connections})` },
    metrics: { type: 'string', help: 'with --target: its /metrics, for memory and processor time' },
  },
  async run(input) {
    const { target, options, print } = input;
    const plan = readPlan(input);
    if (target !== '') {
      const metrics = options['metrics'];
      return print(
        toReport(plan, await runLoad({ ...plan, target, metrics: metrics === undefined ? '' : String(metrics) })),
      );
    }
    const folder = await mkdtemp(join(tmpdir(), 'streamworks-load-'));
    try {
      const env = { DATA_DIR: folder, CHAT_PORT: '0', CHAT_METRICS_PORT: '0', LOG_LEVEL: 'info' };
      await using service = await startServiceProcess(main, env);
      print(
        toReport(plan, await runLoad({ ...plan, target: service.target, metrics: `${service.metricsUrl}/metrics` })),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});

function readPlan({ options }: ClientInput): LoadPlan {
  const read = (name: keyof typeof defaults, least: number): number => {
    const text = options[name];
    const number = text === undefined ? defaults[name] : Number(text);
    if (!Number.isFinite(number) || number < least)
      throw new UsageError(`--${name} ${String(text)} is no number from ${least}`);
    return number;
  };
  return {
    users: read('users', 1),
    rooms: read('rooms', 1),
    rate: read('rate', 0),
    seconds: read('seconds', 1),
    slow: read('slow', 0),
    size: read('size', 32),
    connections: read('connections', 1),
  };
}
