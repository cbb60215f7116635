import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { createClient, createRandom, type Random, withToken } from '@streamworks/common';
import { readInt64, readNumber, runClient, UsageError, type ClientInput } from '@streamworks/common/cli';
import { AuthService } from '@streamworks/proto/techschool/pcbook/auth_service';
import { LaptopService, type Filter } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { findImageFile, type ImageFile } from './client/image-file.js';
import { toRandomLaptop, toRandomScore } from './random-laptop.js';
import { toRandomPng } from './random-png.js';
import { createTokenKeeper } from './client/token-keeper.js';
import { createTour } from './client/tour.js';

/** What the tutorial's client asks for, and who it logs in as. */
const filter: Filter = { maxPriceUsd: 3000, minCpuCores: 4, minCpuGhz: 2.5, minRam: { value: 8n, unit: 'GIGABYTE' } };
const tutorial = { user: 'admin1', password: 'secret', searched: 10, rated: 3 } as const;

/** LAPTOP_IMAGE_LIMIT where nobody has set it. */
const USUAL_LIMIT = 1_048_576;
const MOST_LAPTOPS = 10_000_000;

/** A command, ready to run: what it needs was read before a call is made. */
type Command = (parts: Parts) => Promise<void>;
interface Parts {
  readonly tour: ReturnType<typeof createTour>;
  readonly random: Random;
  readonly print: ClientInput['print'];
  readonly login: () => Promise<string>;
  /** Whether calls are made as somebody who logs in for them. */
  readonly usesLogin: boolean;
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
    return async (parts) => {
      const image = await findImageFile(path);
      if (laptop === undefined) return uploadForNew(parts, image);
      await parts.tour.upload({ laptopId: laptop, type: image.type, chunks: image.read() });
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
      if (parts.usesLogin) {
        await parts.login();
        parts.print('token refreshed');
      }
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
  upload FILE [laptop]              sends an image of a laptop; where none is named, a new one is created for it, and stays
  rate [laptop score ...]           rates a laptop, or three new ones at random
  login                             prints a token`,
  options: {
    user: {
      type: 'string',
      help: `who logs in; tour and login take ${tutorial.user} where nobody is named, and no --token`,
    },
    password: {
      type: 'string',
      help: `the password of --user (default ${tutorial.password}), which others on this machine can see while this runs`,
    },
    seed: { type: 'string', help: 'a number that makes random laptops, images and scores repeatable' },
  },
  async run(input) {
    const [name = 'tour', ...args] = input.positionals;
    const toCommand = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (toCommand === undefined)
      throw new UsageError(`${JSON.stringify(name)} is none of ${Object.keys(commands).join(', ')}`);
    const command = toCommand(args, input);
    const { user, password, seed, token } = input.options;
    if (token !== undefined && user !== undefined) throw new UsageError('--token and --user exclude each other');
    const random = createRandom(seed === undefined ? randomInt(2 ** 32) : readCount(String(seed), 2 ** 32));
    const usesLogin = token === undefined && (user !== undefined || ['tour', 'login'].includes(name));
    if (password !== undefined && !usesLogin) throw new UsageError('--password is that of --user, and nobody logs in');
    const auth = createClient(AuthService, input.target, input.clientOptions);
    const credentials = { username: String(user ?? tutorial.user), password: String(password ?? tutorial.password) };
    const keeper = createTokenKeeper(async () => (await auth.login(credentials, { signal: input.signal })).accessToken);
    const { interceptors = [] } = input.clientOptions;
    const client = createClient(LaptopService, input.target, {
      ...input.clientOptions,
      interceptors: usesLogin ? [withToken(() => keeper.get())] : interceptors,
    });
    const login = () => keeper.get();
    await command({ tour: createTour({ ...input, client }), random, print: input.print, login, usesLogin });
    client.$close();
    auth.$close();
  },
});

async function create({ tour, random }: Parts): Promise<string> {
  const laptop = toRandomLaptop(random, new Date());
  await tour.create(laptop);
  return laptop.id;
}

/** The laptop stays, whatever becomes of its image: nothing is created for one that is likely to be refused. */
async function uploadForNew(parts: Parts, { type, size, read }: ImageFile): Promise<void> {
  if (size > USUAL_LIMIT) {
    throw new UsageError(
      `the image has ${size} bytes, and most servers take ${USUAL_LIMIT}: name a laptop that is there to try all the same`,
    );
  }
  const laptopId = await create(parts);
  try {
    await parts.tour.upload({ laptopId, type, chunks: read() });
  } catch (error) {
    parts.print(`the laptop ${laptopId} stays, without an image`);
    throw error;
  }
}

async function vote(parts: Parts) {
  const votes: { laptopId: string; score: number }[] = [];
  while (votes.length < tutorial.rated) {
    votes.push({ laptopId: await create(parts), score: toRandomScore(parts.random) });
  }
  return votes;
}

function readCount(text: string, most: number = MOST_LAPTOPS): number {
  const count = readInt64(text);
  if (count < 0n || count > BigInt(most)) throw new UsageError(`${text} is not between 0 and ${most}`);
  return Number(count);
}

function expectNone([unexpected]: readonly string[]): void {
  if (unexpected !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(unexpected)}`);
}
