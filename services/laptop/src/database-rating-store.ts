import { sql, type Database, type Transaction } from '@streamworks/storage';
import type { LaptopSchema } from './migrations.js';
import type { Rated, Rating, RatingStore } from './rating-store.js';

type Writing = Transaction<LaptopSchema>;

/** Keeps the ratings in a database, which several instances may share. */
export function createDatabaseRatingStore(database: Database<LaptopSchema>): RatingStore {
  return {
    async add(ratings) {
      if (ratings.length === 0) return [];
      return database.transaction(async (transaction) => {
        const known = await takeKnown(transaction, ratings);
        // Everybody takes the rows in one order: no two wait for each other. The order of one laptop's ratings stays.
        const ordered = [...known.entries()].toSorted(([, one], [, other]) =>
          one.laptop < other.laptop ? -1 : Number(one.laptop > other.laptop),
        );
        const rated: Rated[] = [];
        for (const [index, rating] of ordered) rated[index] = await addOne(transaction, rating);
        return rated;
      });
    },
  };
}

/** Those before the first one of a laptop that is not there. */
async function takeKnown(transaction: Writing, ratings: readonly Rating[]): Promise<Rating[]> {
  const laptops = [...new Set(ratings.map(({ laptop }) => laptop))];
  const rows = await transaction.selectFrom('laptop').select('uuid').where('uuid', 'in', laptops).execute();
  const known = new Set(rows.map(({ uuid }) => uuid));
  const unknown = ratings.findIndex(({ laptop }) => !known.has(laptop));
  return unknown === -1 ? [...ratings] : ratings.slice(0, unknown);
}

/** What adding to the sum rounds off, exactly: Neumaier, https://doi.org/10.1002/zamm.19740540106 */
const rounding = sql<number>`case when abs(rating.sum) >= abs(excluded.sum)
  then (rating.sum - (rating.sum + excluded.sum)) + excluded.sum
  else (excluded.sum - (rating.sum + excluded.sum)) + rating.sum end`;

async function addOne(transaction: Writing, { laptop, score }: Rating): Promise<Rated> {
  const { count, sum, compensation } = await transaction
    .insertInto('rating')
    .values({ laptop, count: 1n, sum: score, compensation: 0 })
    .onConflict((conflict) =>
      conflict.column('laptop').doUpdateSet({
        count: sql`rating.count + 1`,
        sum: sql`rating.sum + excluded.sum`,
        compensation: sql`rating.compensation + ${rounding}`,
      }),
    )
    .returning(['count', 'sum', 'compensation'])
    .executeTakeFirstOrThrow();
  return { count: Number(count), average: (sum + compensation) / Number(count) };
}
