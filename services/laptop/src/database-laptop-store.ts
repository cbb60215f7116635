import { LaptopCodec } from '@streamworks/proto/techschool/pcbook/laptop_message';
import type { Database } from '@streamworks/storage';
import type { Criteria } from './criteria.js';
import type { LaptopStore } from './laptop-store.js';
import { toBits } from './memory-bits.js';
import type { LaptopSchema } from './migrations.js';

type LaptopDatabase = Database<LaptopSchema>;

/** Where a laptop stands in the order of a search. */
type Place = Pick<LaptopSchema['laptop'], 'price_usd' | 'id'>;
type Found = Place & Pick<LaptopSchema['laptop'], 'message'>;

/**
 * How many laptops one statement looks at: where few match or none, it would look at all of them, and nothing else could happen
 * meanwhile.
 */
const SPAN = 4096;

/** Keeps the laptops in a database, which several instances may share. */
export function createDatabaseLaptopStore(database: LaptopDatabase): LaptopStore {
  return {
    async add(uuid, laptop) {
      const added = await database.query
        .insertInto('laptop')
        .values({
          uuid,
          id: laptop.id,
          price_usd: laptop.priceUsd,
          cores: BigInt(laptop.cpu?.numberCores ?? 0),
          min_ghz: laptop.cpu?.minGhz ?? 0,
          ram_bits: toBits(laptop.ram),
          message: LaptopCodec.encode(laptop),
        })
        .onConflict((conflict) => conflict.column('uuid').doNothing())
        .returning('uuid')
        .executeTakeFirst();
      return added !== undefined;
    },

    async has(uuid) {
      const found = await database.query
        .selectFrom('laptop')
        .select('uuid')
        .where('uuid', '=', uuid)
        .executeTakeFirst();
      return found !== undefined;
    },

    async *search(criteria, signal) {
      let after: Place | undefined;
      do {
        signal.throwIfAborted();
        const end: Place | undefined = await toEndQuery(database, criteria, after).executeTakeFirst();
        const span = { after, end };
        for await (const { message } of database.pages<Found>((last) =>
          toSpanQuery(database, criteria, { ...span, after: last ?? after }),
        )) {
          yield message;
        }
        after = end;
      } while (after !== undefined);
    },
  };
}

/** The part of the order that a statement looks at: behind one laptop, up to another one. */
export interface Span {
  readonly after: Place | undefined;
  readonly end: Place | undefined;
}

/** The last laptop of the next span; undefined where there are no more than that. */
export function toEndQuery(database: LaptopDatabase, { maxPriceUsd }: Criteria, after: Place | undefined) {
  return toOrder(database, { after, end: undefined })
    .select(['price_usd', 'id'])
    .where('price_usd', '<=', maxPriceUsd)
    .offset(SPAN - 1)
    .limit(1);
}

/** The laptops of a span that meet the criteria. */
export function toSpanQuery(
  database: LaptopDatabase,
  { maxPriceUsd, minCores, minGhz, minRamBits }: Criteria,
  span: Span,
) {
  return toOrder(database, span)
    .select(['price_usd', 'id', 'message'])
    .where('price_usd', '<=', maxPriceUsd)
    .where('cores', '>=', BigInt(minCores))
    .where('min_ghz', '>=', minGhz)
    .where('ram_bits', '>=', minRamBits);
}

/** Two laptops may have one price; no two have one id. */
function toOrder(database: LaptopDatabase, { after, end }: Span) {
  let query = database.query.selectFrom('laptop').orderBy('price_usd').orderBy('id');
  if (after !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('price_usd', 'id'), '>', tuple(after.price_usd, after.id)),
    );
  }
  if (end !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('price_usd', 'id'), '<=', tuple(end.price_usd, end.id)),
    );
  }
  return query;
}
