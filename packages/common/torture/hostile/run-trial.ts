import { createClient } from '../../src/index.js';
import { collect } from '../../src/testing/index.js';
import { FourKinds } from '../../test/support/four-kinds.js';
import { startHostileServer, type HostileCounts, type HostileReport, type HostileServer } from './hostile-server.js';

/** What a server may have more after an attack: compiled code, tables that were doubled, freed pages that malloc keeps. */
const HEAP_NOISE_BYTES = 2 * 1024 * 1024;
const EXTERNAL_NOISE_BYTES = 4 * 1024 * 1024;
const RESIDENT_NOISE_BYTES = 192 * 1024 * 1024;

/** What an attack is given. */
export interface Victim extends Omit<HostileServer, keyof AsyncDisposable> {
  readonly directHttp2: boolean;
  /** Makes a normal call of a connection that is not attacked. Rejects where its answer is not the right one. */
  expectRight(): Promise<void>;
}

/** Attacks a server and gives what it has counted. Rejects where an answer is wrong. */
export type Attack = (victim: Victim) => Promise<Readonly<Record<string, number>>>;

export interface TrialOptions {
  readonly directHttp2: boolean;
  /** What a server keeps for good from its first attack is there before the attack that is measured. */
  readonly warmUp: Attack;
  readonly attack: Attack;
  /** Only tell what is wrong at once: to see that nothing is left takes minutes where connections end by keepalive. */
  readonly isBrief?: boolean;
}

/** How an attack went. */
export interface Trial {
  readonly figures: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
}

/** Runs an attack against a server of its own, and tells what it has left there. */
export async function runTrial({ directHttp2, warmUp, attack, isBrief = false }: TrialOptions): Promise<Trial> {
  await using server = await startHostileServer(directHttp2);
  const run = async (part: Attack) => {
    const client = createClient(FourKinds, server.target, { directHttp2 });
    try {
      const expectRight = (): Promise<void> => callRightly(client);
      const figures = await part({ ...server, directHttp2, expectRight });
      await expectRight();
      return figures;
    } finally {
      client.$close();
    }
  };
  try {
    if (isBrief) return judgeBriefly(await run(attack), await server.count());
    await run(warmUp);
    const before = await server.report();
    const figures = await run(attack);
    return judge(figures, before, await server.report(), await server.count());
  } catch (error) {
    return { figures: {}, faults: [String(error)] };
  }
}

async function callRightly(client: ReturnType<typeof createClient<typeof FourKinds>>): Promise<void> {
  const { text } = await client.unary({ text: 'well?' });
  const responses = await collect(client.server({ text: 'yes' }, { timeoutMs: 10_000 }));
  const answer = [text, ...responses.map((response) => response.text)].join(' ');
  if (answer !== 'well? yes') throw new Error(`a normal call got ${JSON.stringify(answer)}`);
}

function judge(
  attacked: Readonly<Record<string, number>>,
  before: HostileReport,
  after: HostileReport,
  { entered, finished, broken, wrong, errors }: HostileCounts,
): Trial {
  const grown = {
    heap: after.heapBytes - before.heapBytes,
    external: after.externalBytes - before.externalBytes,
    resident: after.residentBytes - before.residentBytes,
  };
  const left = {
    timers: after.timers - before.timers,
    sockets: after.sockets - before.sockets,
    listeners: after.listeners - before.listeners,
    warnings: after.warnings,
    errors,
    wrong,
    open: entered - finished - broken - wrong,
  };
  const faults = Object.entries(left).flatMap(([name, number]) => (number > 0 ? [`${number} ${name}`] : []));
  if (grown.heap > HEAP_NOISE_BYTES) faults.push('the heap has grown');
  if (grown.external > EXTERNAL_NOISE_BYTES) faults.push('the memory beside the heap has grown');
  if (grown.resident > RESIDENT_NOISE_BYTES) faults.push('the process has grown');
  const figures = {
    ...attacked,
    heapKiB: toKiB(grown.heap),
    externalKiB: toKiB(grown.external),
    residentKiB: toKiB(grown.resident),
    ...left,
  };
  return { figures, faults };
}

function judgeBriefly(figures: Trial['figures'], { errors, wrong }: HostileCounts): Trial {
  return { figures, faults: errors + wrong > 0 ? [`${errors} errors, ${wrong} wrong`] : [] };
}

function toKiB(bytes: number): number {
  return Math.round(bytes / 1024);
}
