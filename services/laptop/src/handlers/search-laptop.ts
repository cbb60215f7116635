import { EncodedMessage, invalidArgument, type Handlers } from '@streamworks/common';
import { wrapMessage } from '@streamworks/proto';
import { LaptopService } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { toCriteria } from '../criteria.js';
import type { LaptopStore } from '../laptop-store.js';

const { response } = LaptopService.methods.searchLaptop;
/** The number of `SearchLaptopResponse.laptop`. */
const LAPTOP = 1;

/** Sends the laptops that meet a filter, read from the store as the client reads. */
export const createSearchLaptop =
  (laptops: LaptopStore): Handlers<typeof LaptopService>['searchLaptop'] =>
  async ({ filter }, context) => {
    for (const [field, value] of [
      ['filter.max_price_usd', filter?.maxPriceUsd],
      ['filter.min_cpu_ghz', filter?.minCpuGhz],
    ] as const) {
      if (Number.isNaN(value)) throw invalidArgument(field, 'NaN compares with nothing');
    }
    const criteria = toCriteria(filter);
    if (criteria === undefined) return;
    for await (const laptop of laptops.search(criteria, context.signal)) {
      const written = context.write(new EncodedMessage(response, wrapMessage(LAPTOP, laptop)));
      if (written !== undefined) await written;
    }
  };
