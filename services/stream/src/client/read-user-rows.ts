import { pipeline, type Readable } from 'node:stream';
import { UsageError } from '@streamworks/common/cli';
import { parse } from 'csv-parse';

/** A row of a CSV file of users, as its text. */
export interface UserRow {
  /** Where it begins, as an editor counts. */
  readonly line: number;
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
}

/** The most characters of a row: of a quote that nobody closes, the rest of the file is one row. */
const ROW_LENGTH = 64 * 1024;

/** What the parser gives for a row. */
interface Parsed {
  readonly record: Omit<UserRow, 'line'>;
  readonly raw: string;
  readonly info: { readonly lines: number };
}

/**
 * The rows of a CSV file whose first line names the columns: name, email and perhaps id, in any order; others are left
 * out. They are read as fast as they are taken. A file that is no CSV is a usage error, after most of the rows
 * before the bad one.
 */
export async function* readUserRows(text: Readable): AsyncGenerator<UserRow> {
  let names: string[] = [];
  const parser = parse({
    bom: true,
    columns: (header: string[]) => (names = toColumns(header)),
    info: true,
    raw: true,
    max_record_size: ROW_LENGTH,
    relax_column_count: true, // what a row lacks, the server will say
    skip_empty_lines: true,
    trim: true,
  });
  pipeline(text, parser, () => undefined); // whoever reads the parser gets the errors of both
  /** The parser counts a line end of two characters twice where it stands inside of quotes. */
  let countedTwice = 0;
  try {
    for await (const item of parser) {
      const { record, raw, info } = item as Parsed; // what `info` and `raw` give
      const inside = raw.trim();
      countedTwice += count(inside, /\r\n/g);
      yield { ...record, line: info.lines - countedTwice - count(inside, /\r\n|\r|\n/g) };
    }
    if (names.length === 0) throw new Error('it is empty, and its first line has to name the columns');
  } catch (error) {
    throw error instanceof Error ? new UsageError(`the CSV cannot be read: ${error.message}`) : error;
  }
}

function count(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}

function toColumns(header: readonly string[]): string[] {
  const names = header.map((name) => name.toLowerCase());
  for (const name of ['name', 'email']) {
    if (!names.includes(name)) throw new Error(`its first line names no column ${name}`);
  }
  return names;
}
