import type { ClientBase, Pool } from 'pg';

/** With PostgreSQL's code for a change that it refuses there: it counts as one that cannot be reached. */
class ReadOnlyError extends Error {
  readonly code = '25006';
}

/** Throws where a PostgreSQL answers but takes no changes: a standby that has been reached after a failover, for one. */
export async function assertTakesChanges(client: Pick<ClientBase | Pool, 'query'>): Promise<void> {
  const { rows } = await client.query<{ standby: boolean; setting: string }>(
    `select pg_is_in_recovery() as standby, current_setting('transaction_read_only') as setting`,
  );
  for (const { standby, setting } of rows) {
    if (standby) throw new ReadOnlyError('it is a standby, which takes no changes');
    if (setting === 'on') throw new ReadOnlyError('it is set to take no changes: transaction_read_only is on');
  }
}
