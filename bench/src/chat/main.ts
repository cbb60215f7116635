import { runClient, UsageError, type ClientInput } from '@streamworks/common/cli';
import { compareStopped, compareWithPlain } from './compare.js';
import { startOurChat, toLoadServer } from './load-server.js';
import { measureIdle } from './measure-idle.js';
import { toReport } from './report.js';
import { runLoad, type LoadPlan } from './run-load.js';

const defaults = { users: 200, rooms: 1, rate: 1_000, seconds: 10, slow: 0, size: 32, connections: 4 };

/** What is measured, with what else is usual for it. */
const commands: Readonly<
  Record<string, { readonly usual: Partial<LoadPlan>; run(plan: LoadPlan, input: ClientInput): Promise<void> }>
> = {
  load: { usual: {}, run: load },
  plain: { usual: { rate: 0 }, run: (plan, input) => compareWithPlain(plan, readRounds(input), input.print) },
  stopped: {
    usual: { slow: 1, rate: 100, size: 1_000, seconds: 15 },
    run: (plan, input) => compareStopped(plan, readRounds(input), input.print),
  },
  idle: {
    usual: { users: 5_000, rooms: 100, connections: 50 },
    run: (plan, { print }) => measureIdle(plan, print),
  },
};

await runClient({
  name: 'bench:chat',
  command: 'pnpm bench:chat',
  target: '',
  parameters: '[load|plain|stopped|idle]',
  description: `Users in rooms, and one more in each who says something at a rate; measures what arrives.
Starts a chat of its own, on SQLite in a folder that is removed, unless --target names one.
  load      (default) one run
  plain     the same load on a chat of plain grpc-js, in turn (usual: --rate 0)
  stopped   with and without one who stops reading, in turn (usual: --slow 1 --rate 100 --size 1000 --seconds 15)
  idle      the memory of members who hear nothing (usual: --users 5000 --rooms 100 --connections 50)`,
  options: {
    users: { type: 'string', help: `how many listen, shared between the rooms (default: ${defaults.users})` },
    rooms: { type: 'string', help: `how many rooms (default: ${defaults.rooms})` },
    rate: { type: 'string', help: `messages a second, over all rooms; 0: as many as go (default: ${defaults.rate})` },
    seconds: { type: 'string', help: `how long (default: ${defaults.seconds})` },
    slow: { type: 'string', help: `how many more stop reading at the beginning (default: ${defaults.slow})` },
    size: { type: 'string', help: `bytes of a content, from 32 (default: ${defaults.size})` },
    connections: { type: 'string', help: `how many connections the users share (default: ${defaults.connections})` },
    rounds: { type: 'string', help: 'of plain and stopped (default: 3)' },
    metrics: { type: 'string', help: 'with --target: its /metrics, for memory and processor time' },
  },
  async run(input) {
    const [name = 'load', unexpected] = input.positionals;
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined || unexpected !== undefined)
      throw new UsageError(`${JSON.stringify(unexpected ?? name)} is none of ${Object.keys(commands).join(', ')}`);
    if (input.target !== '' && name !== 'load') throw new UsageError(`${name} starts its own servers: no --target`);
    await command.run(readPlan(input, { ...defaults, ...command.usual }), input);
  },
});

async function load(plan: LoadPlan, { target, options, print }: ClientInput): Promise<void> {
  const metrics = options['metrics'] === undefined ? '' : String(options['metrics']);
  await using server = target === '' ? await startOurChat() : toLoadServer(target, metrics);
  print(toReport(plan, await runLoad(server, plan)));
}

function readPlan({ options }: ClientInput, usual: LoadPlan): LoadPlan {
  const read = (name: keyof LoadPlan, least: number): number => readNumber(options[name], name, usual[name], least);
  const [users, rooms] = [read('users', 1), read('rooms', 1)];
  if (rooms > users) throw new UsageError(`--rooms ${rooms}: each needs a user, and there are ${users}`);
  return {
    users,
    rooms,
    rate: read('rate', 0),
    seconds: read('seconds', 1),
    slow: read('slow', 0),
    size: read('size', 32),
    connections: read('connections', 1),
  };
}

function readRounds({ options }: ClientInput): number {
  return readNumber(options['rounds'], 'rounds', 3, 1);
}

function readNumber(text: unknown, ...[name, usual, least]: readonly [string, number, number]): number {
  const number = text === undefined ? usual : Number(text);
  if (!Number.isFinite(number) || number < least)
    throw new UsageError(`--${name} ${String(text)} is no number from ${least}`);
  return number;
}
