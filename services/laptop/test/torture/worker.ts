import { CallError, createClient, createRandom } from '@streamworks/common';
import { gate } from '@streamworks/common/testing';
import { LaptopService } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { toRandomLaptop } from '../../dist/random-laptop.js';
import { toRandomPng } from '../../dist/random-png.js';

/** What a worker was told is stored. */
export interface Acknowledged {
  readonly laptops: string[];
  readonly images: string[];
  /** How many ratings of each laptop. */
  readonly ratings: Map<string, number>;
}

/** Somebody who fills the catalogue until the service is gone, and remembers what was acknowledged. */
export interface Worker {
  readonly acknowledged: Acknowledged;
  /** How many acknowledgements there are. */
  readonly count: number;
  /** Resolves when every call has ended. */
  readonly ended: Promise<void>;
}

/** Begins to create laptops, to send images of them and to rate them, all at once. */
export function startWorker(target: string, seed: number): Worker {
  const client = createClient(LaptopService, target);
  const random = createRandom(seed);
  const acknowledged: Acknowledged = { laptops: [], images: [], ratings: new Map() };
  const first = gate<string>();
  let count = 0;

  async function createLaptops(): Promise<void> {
    for (;;) {
      const { id } = await client.createLaptop({ laptop: toRandomLaptop(random, new Date()) });
      acknowledged.laptops.push(id);
      count += 1;
      first.open(id);
    }
  }
  async function uploadImages(): Promise<void> {
    const info = { laptopId: await first, imageType: 'png' };
    for (;;) {
      const image = toRandomPng(random, { bytes: 20_000 });
      const chunks = [0, 10_000].map((at) => ({ chunkData: image.subarray(at, at + 10_000) }));
      acknowledged.images.push((await client.uploadImage([{ info }, ...chunks])).id);
      count += 1;
    }
  }
  async function rate(): Promise<void> {
    const laptopId = await first;
    function* endless() {
      for (;;) yield { laptopId, score: 1 };
    }
    for await (const { laptopId: rated } of client.rateLaptop(endless())) {
      acknowledged.ratings.set(rated, (acknowledged.ratings.get(rated) ?? 0) + 1);
      count += 1;
    }
  }
  const untilGone = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      first.open(''); // who still waits for a laptop finds no service
    }
  };
  const all = Promise.all([createLaptops, uploadImages, rate].map(untilGone));
  return {
    acknowledged,
    get count() {
      return count;
    },
    ended: all.then(() => client.$close()),
  };
}
