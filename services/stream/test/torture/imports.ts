import type { TortureOptions, TortureRow } from '@streamworks/common/testing';
import { killInImports } from './kill-in-imports.js';

/** A start and a kill take as long as so many calls. */
const CALLS_OF_A_KILL = 50;
const CLIENTS = 4;

/** Users who were acknowledged are there, and nobody is there twice when everything is sent again. */
export async function* tortureImports({ count, isWanted }: TortureOptions): AsyncGenerator<TortureRow> {
  const name = 'SIGKILL while users are imported';
  if (!isWanted(name)) return;
  const kills = Math.ceil(count / CALLS_OF_A_KILL);
  const counts = await killInImports({ kills, clients: CLIENTS });
  const isWrong = counts.lost + counts.twice > 0;
  yield { name, figures: { kills, ...counts }, ...(isWrong && { fault: 'a user was lost, or is there twice' }) };
}
