import { randomInt } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { createClient, createRandom, type Random, withToken } from '@streamworks/common';
import {
  createProgress,
  readInt64,
  readNumber,
  runClient,
  UsageError,
  type ClientInput,
} from '@streamworks/common/cli';
import { AuthService } from '@streamworks/proto/techschool/pcbook/auth_service';
import { LaptopService, type Filter } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { toRandomLaptop, toRandomScore } from './random-laptop.js';
import { toRandomPng } from './random-png.js';
import { createTokenKeeper } from './token-keeper.js';
import { createTour } from './tour.js';

/** What the tutorial's client asks for, and who it logs in as. */
const filter: Filter = { maxPriceUsd: 3000, minCpuCores: 4, minCpuGhz: 2.5, minRam: { value: 8n, unit: 'GIGABYTE' } };
const tutorial = { user: 'admin1', password: 'secret', searched: 10, rated: 3 } as const;

const CHUNK_BYTES = 16 * 1024;
const MOST_LAPTOPS = 10_000_000;

/** A command, ready to run: what it needs was read before a call is made. */
type Command = (parts: Parts) => Promise<void>;
interface Parts {
  readonly tour: ReturnType<typeof createTour>;
  readonly random: Random;
  readonly print: ClientInput['print'];
  readonly login: () => Promise<string>;
}

const commands: Readonly<Record<string, (args: readonly string[], input: ClientInput) => Command>> = {
  create([count = '1', ...rest]) {
    expectNone(rest);
    const wanted = readCount(count);
    return async (parts) => {
      for (let made = 0; made < wanted; made += 1) await create(parts);
    };
  },
  search([price, cores = '0', ghz = '0', gigabytes = '0', ...rest]) {
    expectNone(rest);
    const asked =
      price === undefined
        ? filter
        : {
            maxPriceUsd: readNumber(price),
            minCpuCores: readCount(cores),
            minCpuGhz: readNumber(ghz),
            minRam: { value: BigInt(readCount(gigabytes)), unit: 'GIGABYTE' as const },
          };
    return ({ tour }) => tour.search(asked);
  },
  upload([file, laptop, ...rest]) {
    expectNone(rest);
    if (file === undefined) throw new UsageError('a file is missing');
    // oxlint-disable-next-line node/no-process-env -- pnpm runs a script elsewhere, and says here where the person stands
    const path = resolve(process.env['INIT_CWD'] ?? '', file);
    const size = readSize(path);
    return async (parts) => {
      const laptopId = laptop ?? (await create(parts));
      await parts.tour.upload({ laptopId, type: extname(file), chunks: readWithProgress(path, size) });
    };
  },
  rate([laptop, ...scores]) {
    const votes = scores.map((score) => ({ laptopId: laptop ?? '', score: readNumber(score) }));
    if (laptop !== undefined && votes.length === 0) throw new UsageError('a score is missing');
    return async (parts) => parts.tour.rate(laptop === undefined ? await vote(parts) : votes);
  },
  login(args) {
    expectNone(args);
    return async ({ login, print }) => print(await login());
  },
  tour(args) {
    expectNone(args);
    return async (parts) => {
      await parts.login();
      parts.print('token refreshed');
      for (let made = 0; made <= tutorial.searched; made += 1) await create(parts);
      await parts.tour.search(filter);
      const laptopId = await create(parts);
      await parts.tour.upload({ laptopId, type: '.png', chunks: [toRandomPng(parts.random)] });
      await parts.tour.rate(await vote(parts));
    };
  },
};

await runClient({
  name: 'laptop',
  target: 'localhost:8084',
  parameters: '[tour|create|search|upload|rate|login] [argument ...]',
  description: `Does what the tutorial's client does: all of it (tour, the default), or one part.
  create [n]                        adds n random laptops (default 1)
  search [price [cores [ghz [gb]]]] prints the laptops that cost that at most and have that at least
  upload FILE [laptop]              sends an image of a laptop, of a new one by default
  rate [laptop score ...]           rates a laptop, or three new ones at random
  login                             prints a token`,
  options: {
    user: { type: 'string', help: `who logs in; tour and login take ${tutorial.user} where nobody is named` },
    password: { type: 'string', help: 'the password of --user, which others on this machine can see while this runs' },
    seed: { type: 'string', help: 'a number that makes random laptops, images and scores repeatable' },
  },
  async run(input) {
    const [name = 'tour', ...args] = input.positionals;
    const toCommand = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (toCommand === undefined)
      throw new UsageError(`${JSON.stringify(name)} is none of ${Object.keys(commands).join(', ')}`);
    const command = toCommand(args, input);
    const { user, password, seed } = input.options;
    const random = createRandom(seed === undefined ? randomInt(2 ** 32) : readCount(String(seed), 2 ** 32));
    const usesLogin = user !== undefined || ['tour', 'login'].includes(name);
    const auth = createClient(AuthService, input.target, input.clientOptions);
    const credentials = { username: String(user ?? tutorial.user), password: String(password ?? tutorial.password) };
    const keeper = createTokenKeeper(async () => (await auth.login(credentials, { signal: input.signal })).accessToken);
    const { interceptors = [] } = input.clientOptions;
    const client = createClient(LaptopService, input.target, {
      ...input.clientOptions,
      interceptors: usesLogin && interceptors.length === 0 ? [withToken(() => keeper.get())] : interceptors,
    });
    const login = () => keeper.get();
    await command({ tour: createTour({ ...input, client }), random, print: input.print, login });
    client.$close();
    auth.$close();
  },
});

async function create({ tour, random }: Parts): Promise<string> {
  const laptop = toRandomLaptop(random, new Date());
  await tour.create(laptop);
  return laptop.id;
}

async function vote(parts: Parts) {
  const votes: { laptopId: string; score: number }[] = [];
  while (votes.length < tutorial.rated) {
    votes.push({ laptopId: await create(parts), score: toRandomScore(parts.random) });
  }
  return votes;
}

/** The file as the server takes it, with a bar in a terminal. */
async function* readWithProgress(file: string, size: number): AsyncGenerator<Buffer> {
  const progress = createProgress({ total: size });
  let done = 0;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      yield chunk;
      done += chunk.length;
      progress.update(done);
    }
  } finally {
    progress.stop();
  }
}

function readSize(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() !== true) throw new UsageError(`${file} is no file`);
  return found.size;
}

function readCount(text: string, most: number = MOST_LAPTOPS): number {
  const count = readInt64(text);
  if (count < 0n || count > BigInt(most)) throw new UsageError(`${text} is not between 0 and ${most}`);
  return Number(count);
}

function expectNone([unexpected]: readonly string[]): void {
  if (unexpected !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(unexpected)}`);
}
