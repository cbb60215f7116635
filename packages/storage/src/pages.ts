import type { Compilable, Kysely, QueryResult } from 'kysely';

/** A query that can be read in pages, as kysely's `selectFrom` makes it. */
export interface PageQuery<Row> {
  limit(count: number): Compilable<Row>;
}

/** How pages are read. */
export interface PageOptions {
  /** The most rows of a page: so many are in memory at once. Default: 256. */
  readonly pageSize?: number;
}

/** Rows, and how long reading them has held the event loop; undefined where that was done elsewhere. */
export interface TimedResult<Row> extends QueryResult<Row> {
  readonly heldMs?: number;
}

/** Small, so that the first row comes soon. */
const FIRST_ROWS = 16;

/** What a page is to hold the event loop at most. */
const PAGE_MS = 4;

/** What the values of a page are to take in memory at most. */
const PAGE_BYTES = 256 * 1024;

/** What a page grows by at most: the rows that follow may be larger. */
const GROWTH = 2;

/** Reads a query page by page, each when the rows before it have been taken. */
export async function* readPages<Row extends object>(
  database: Pick<Kysely<unknown>, 'executeQuery'>,
  page: (last: Row | undefined) => PageQuery<Row>,
  { pageSize = 256 }: PageOptions = {},
): AsyncGenerator<Row, void, undefined> {
  let size = Math.min(FIRST_ROWS, pageSize);
  let last: Row | undefined;
  for (;;) {
    const { rows, heldMs = 0 }: TimedResult<Row> = await database.executeQuery(page(last).limit(size));
    yield* rows;
    if (rows.length < size) return;
    last = rows.at(-1);
    const factor = Math.min(GROWTH, PAGE_MS / heldMs, PAGE_BYTES / weigh(rows));
    size = Math.min(pageSize, Math.max(1, Math.floor(size * factor)));
  }
}

/** Roughly how many bytes the values of rows take in memory. */
function weigh(rows: readonly object[]): number {
  let bytes = 0;
  for (const row of rows) {
    for (const value of Object.values(row) as unknown[]) {
      if (typeof value === 'string') bytes += value.length * 2;
      else bytes += value instanceof Uint8Array ? value.byteLength : 8;
    }
  }
  return bytes;
}
