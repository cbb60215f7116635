/** A query that can be read in pages, as kysely's `selectFrom` makes it. */
export interface PageQuery<Row> {
  limit(count: number): { execute(): Promise<Row[]> };
}

/** How pages are read. */
export interface PageOptions {
  /** The most rows of a page: so many are in memory at once. Default: 256. */
  readonly pageSize?: number;
}

/** Small, so that the first row comes soon. Each page that comes quickly makes the next one twice as long. */
const FIRST_ROWS = 16;

/** A page that took longer makes the next one half as long, one that took less than half of it makes it longer. */
const LONG_PAGE_MS = 4;

/** Reads a query page by page, each when the rows before it have been taken. */
export async function* readPages<Row>(
  page: (last: Row | undefined) => PageQuery<Row>,
  { pageSize = 256 }: PageOptions = {},
): AsyncGenerator<Row, void, undefined> {
  let size = Math.min(FIRST_ROWS, pageSize);
  let last: Row | undefined;
  for (;;) {
    const query = page(last).limit(size);
    const start = performance.now();
    const rows = await query.execute();
    const took = performance.now() - start;
    yield* rows;
    if (rows.length < size) return;
    last = rows.at(-1);
    if (took > LONG_PAGE_MS) size = Math.max(1, Math.floor(size / 2));
    else if (took < LONG_PAGE_MS / 2) size = Math.min(pageSize, size * 2);
  }
}
