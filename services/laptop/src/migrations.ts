import type { Migrations } from '@streamworks/storage';

/** The tables of the catalogue. UUIDs are in their canonical form. */
export interface LaptopSchema {
  /** What is searched by, beside the message as it was sent. */
  laptop: {
    uuid: string;
    id: string;
    price_usd: number;
    cores: bigint;
    min_ghz: number;
    ram_bits: bigint;
    message: Uint8Array;
  };
  /** The sum of all scores is `sum` + `compensation`: what adding up has rounded off is kept apart. */
  rating: { laptop: string; count: bigint; sum: number; compensation: number };
  image: { uuid: string; laptop: string; type: string; size: bigint; bytes: Uint8Array };
  account: { name: string; password: string; role: string };
}

/** How those tables came to be. */
export const migrations: Migrations = {
  '0001-catalogue': {
    async up({ schema }, { integer, double, text, bytes }) {
      await schema
        .createTable('laptop')
        .addColumn('uuid', text, (column) => column.primaryKey())
        .addColumn('id', text, (column) => column.notNull())
        .addColumn('price_usd', double, (column) => column.notNull())
        .addColumn('cores', integer, (column) => column.notNull())
        .addColumn('min_ghz', double, (column) => column.notNull())
        .addColumn('ram_bits', integer, (column) => column.notNull())
        .addColumn('message', bytes, (column) => column.notNull())
        .execute();
      // In the order of a search, with all that it asks for: laptops that do not match are passed over in the index.
      await schema
        .createIndex('laptop_search')
        .on('laptop')
        .columns(['price_usd', 'id', 'cores', 'min_ghz', 'ram_bits'])
        .execute();
      await schema
        .createTable('rating')
        .addColumn('laptop', text, (column) => column.primaryKey().references('laptop.uuid'))
        .addColumn('count', integer, (column) => column.notNull())
        .addColumn('sum', double, (column) => column.notNull())
        .addColumn('compensation', double, (column) => column.notNull())
        .execute();
      await schema
        .createTable('image')
        .addColumn('uuid', text, (column) => column.primaryKey())
        .addColumn('laptop', text, (column) => column.notNull().references('laptop.uuid'))
        .addColumn('type', text, (column) => column.notNull())
        .addColumn('size', integer, (column) => column.notNull())
        .addColumn('bytes', bytes, (column) => column.notNull())
        .execute();
      await schema.createIndex('image_of_laptop').on('image').column('laptop').execute();
      await schema
        .createTable('account')
        .addColumn('name', text, (column) => column.primaryKey())
        .addColumn('password', text, (column) => column.notNull())
        .addColumn('role', text, (column) => column.notNull())
        .execute();
    },
  },
};
