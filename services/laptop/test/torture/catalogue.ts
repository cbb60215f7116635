import type { TortureOptions, TortureRow } from '@streamworks/common/testing';
import { killAtWork } from './kill-at-work.js';

/** A start and a kill take as long as so many calls. */
const CALLS_OF_A_KILL = 50;
const WORKERS = 4;

/** No laptop, image or rating that was acknowledged is lost. */
export async function* tortureCatalogue({ count, isWanted }: TortureOptions): AsyncGenerator<TortureRow> {
  for (const images of ['database', 'folder'] as const) {
    const name = `SQLite, SIGKILL while clients are at work, images in the ${images}`;
    if (!isWanted(name)) continue;
    const kills = Math.ceil(count / CALLS_OF_A_KILL);
    const counts = await killAtWork({ kills, workers: WORKERS, images });
    const isWrong = counts.lost + counts.wrong > 0;
    yield { name, figures: { kills, ...counts }, ...(isWrong && { fault: 'something was lost, or does not add up' }) };
  }
}
