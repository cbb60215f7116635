import { pipeline, type Readable } from 'node:stream';
import { UsageError } from '@streamworks/common/cli';
import { parse } from 'csv-parse';

/** A row of a CSV file of users, as its text. */
export interface UserRow {
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
}

/**
 * The rows of a CSV file whose first line names the columns: name, email and perhaps id, in any order; others are left
 * out. They are read as fast as they are taken. A file that is no CSV is a usage error.
 */
export async function* readUserRows(text: Readable): AsyncGenerator<UserRow> {
  const parser = parse({
    bom: true,
    columns: toColumns,
    relax_column_count: true, // what a row lacks, the server will say
    skip_empty_lines: true,
    trim: true,
  });
  pipeline(text, parser, () => undefined); // whoever reads the parser gets the errors of both
  try {
    for await (const row of parser) yield row as UserRow; // what toColumns has made
  } catch (error) {
    throw error instanceof Error ? new UsageError(`the CSV cannot be read: ${error.message}`) : error;
  }
}

function toColumns(header: string[]): string[] {
  const names = header.map((name) => name.toLowerCase());
  for (const name of ['name', 'email']) {
    if (!names.includes(name)) throw new Error(`its first line names no column ${name}`);
  }
  return names;
}
