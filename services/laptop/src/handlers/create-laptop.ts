import { randomUUID } from 'node:crypto';
import { invalidArgument, StatusError, type Handlers } from '@streamworks/common';
import { LaptopCodec, type Laptop } from '@streamworks/proto/techschool/pcbook/laptop_message';
import type { LaptopService } from '@streamworks/proto/techschool/pcbook/laptop_service';
import type { LaptopStore } from '../laptop-store.js';
import { findProblem } from '../message-problem.js';
import { toCanonicalUuid } from '../uuid.js';

/** The longest laptop, in bytes as it is encoded. */
const MOST_BYTES = 64 * 1024;

/** What a part that says nothing takes, as it is encoded: no laptop has more of them than fit. */
const EMPTY_PART_BYTES = { gpus: 24, storages: 4 } as const;

/** Adds a laptop to the catalogue, with an id of the server's where it has none. */
export const createCreateLaptop =
  (laptops: LaptopStore): Handlers<typeof LaptopService>['createLaptop'] =>
  async ({ laptop: given }, { signal }) => {
    if (given === null) throw invalidArgument('laptop', 'is missing');
    const laptop = given.id === '' ? { ...given, id: randomUUID() } : given;
    checkLaptop(laptop);
    const uuid = toCanonicalUuid(laptop.id);
    if (uuid === undefined) throw invalidArgument('laptop.id', `${JSON.stringify(laptop.id)} is no UUID`);
    signal.throwIfAborted();
    if (await laptops.add(uuid, laptop)) return { id: laptop.id };
    throw new StatusError('ALREADY_EXISTS', `laptop.id: there is a laptop ${laptop.id} already`, {
      details: [
        {
          type: 'google.rpc.ResourceInfo',
          value: { resourceType: 'techschool.pcbook.Laptop', resourceName: laptop.id },
        },
      ],
    });
  };

function checkLaptop(laptop: Laptop): void {
  // First: to look through very many would hold up everybody else.
  for (const field of ['gpus', 'storages'] as const) {
    const { length } = laptop[field];
    if (length * EMPTY_PART_BYTES[field] > MOST_BYTES)
      throw invalidArgument(`laptop.${field}`, `has ${length} entries: a laptop may have ${MOST_BYTES} bytes`);
  }
  const problem = findProblem(laptop, 'laptop');
  if (problem !== undefined) throw invalidArgument(problem.field, problem.description);
  const bytes = LaptopCodec.encode(laptop).length;
  if (bytes > MOST_BYTES) throw invalidArgument('laptop', `has ${bytes} bytes, and may have ${MOST_BYTES}`);
}
