import { createClient, createRandom } from '@streamworks/common';
import { readInt64, runClient, UsageError, type ClientInput } from '@streamworks/common/cli';
import { RouteGuide, type Point, type Rectangle, type RouteNote } from '@streamworks/proto/routeguide/route_guide';
import { findPointProblem } from './point.js';
import { toRandomRoute, toRandomWalk } from './random-route.js';
import { createTour } from './client/tour.js';

/** What the tutorial's client asks for: a place where there is something, and one where there may be nothing. */
const points: readonly Point[] = [
  { latitude: 409_146_138, longitude: -746_188_906 },
  { latitude: 0, longitude: 0 },
];
const rectangle: Rectangle = {
  lo: { latitude: 400_000_000, longitude: -750_000_000 },
  hi: { latitude: 420_000_000, longitude: -730_000_000 },
};
const notes = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth'].map((ordinal, index): RouteNote => ({
  location: { latitude: 0, longitude: (index % 3) + 1 },
  message: `${ordinal} message`,
}));

const MOST_POINTS = 1_000_000;

type Tour = ReturnType<typeof createTour>;

const commands: Readonly<
  Record<string, (input: ClientInput, args: readonly string[]) => (tour: Tour) => Promise<void>>
> = {
  feature(_input, args) {
    const wanted = args.length === 0 ? points : [readPoint(args)];
    return async (tour) => {
      for (const point of wanted) await tour.feature(point);
    };
  },
  list(_input, args) {
    const wanted = args.length === 0 ? rectangle : { lo: readPoint(args.slice(0, 2)), hi: readPoint(args.slice(2)) };
    return (tour) => tour.list(wanted);
  },
  record({ options: { seed, points: count } }, args) {
    expectNone(args);
    const random = seed === undefined ? Math.random : createRandom(readInteger(String(seed)));
    const route = count === undefined ? toRandomRoute(random) : toRandomWalk(random, readCount(String(count)));
    return (tour) => tour.record(route);
  },
  chat(_input, args) {
    const [latitude, longitude, ...messages] = args;
    if (latitude === undefined) return (tour) => tour.chat(notes);
    const location = readPoint([latitude, ...(longitude === undefined ? [] : [longitude])]);
    if (messages.length === 0) throw new UsageError('a message is missing');
    return (tour) => tour.chat(messages.map((message) => ({ location, message })));
  },
  all(input, args) {
    expectNone(args);
    const parts = ['feature', 'list', 'record', 'chat'].map((name) => commands[name]?.(input, []));
    return async (tour) => {
      for (const part of parts) await part?.(tour);
    };
  },
};

await runClient({
  name: 'routeguide',
  target: 'localhost:50051',
  parameters: '[all|feature|list|record|chat] [argument ...]',
  description: `Does what the tutorial's client does: all of it (default), or one part. Coordinates are in E7: 51.4778° is 514778000.
  feature [latitude longitude]                     the feature at a point
  list [latitude longitude latitude longitude]     the features between two corners
  record                                           the summary of a random route
  chat [latitude longitude message ...]            leaves notes, and prints those that are there`,
  options: {
    seed: { type: 'string', help: 'record, all: a number that makes the random route repeatable' },
    points: { type: 'string', help: 'record, all: a walk of so many points (default: 2 to 101 anywhere)' },
  },
  async run(input) {
    const [name = 'all', ...args] = input.positionals;
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined)
      throw new UsageError(`${JSON.stringify(name)} is none of ${Object.keys(commands).join(', ')}`);
    const routeOptions = ['seed', 'points'].filter((option) => input.options[option] !== undefined);
    if (routeOptions.length > 0 && name !== 'record' && name !== 'all')
      throw new UsageError(`${name} has no random route for --${routeOptions.join(' and --')}`);
    const run = command(input, args);
    const client = createClient(RouteGuide, input.target, input.clientOptions);
    await run(createTour({ client, signal: input.signal, print: input.print }));
    client.$close();
  },
});

function readPoint([latitude, longitude, ...rest]: readonly string[]): Point {
  if (latitude === undefined || longitude === undefined) throw new UsageError('a latitude and a longitude are missing');
  expectNone(rest);
  const point = { latitude: readInteger(latitude), longitude: readInteger(longitude) };
  const problem = findPointProblem(point);
  if (problem !== undefined) throw new UsageError(`${problem.field}: ${problem.description}`);
  return point;
}

function readInteger(text: string): number {
  const number = Number(readInt64(text));
  if (Math.abs(number) >= 2 ** 31)
    throw new UsageError(`${JSON.stringify(text)} is not between -2147483647 and 2147483647`);
  return number;
}

function readCount(text: string): number {
  const count = readInteger(text);
  if (count < 0 || count > MOST_POINTS) throw new UsageError(`--points ${count} is not between 0 and ${MOST_POINTS}`);
  return count;
}

function expectNone([unexpected]: readonly string[]): void {
  if (unexpected !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(unexpected)}`);
}
