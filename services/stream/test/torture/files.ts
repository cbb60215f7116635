import type { TortureOptions, TortureRow } from '@streamworks/common/testing';
import { cutUploads } from './cut-uploads.js';
import { killInUploads } from './kill-in-uploads.js';

/** A start and a kill take as long as so many calls. */
const CALLS_OF_A_KILL = 50;
const CLIENTS = 8;

/** A file that was acknowledged is there and whole, and nothing stays of any other upload. */
export async function* tortureFiles({ count, isWanted }: TortureOptions): AsyncGenerator<TortureRow> {
  const cut = 'uploads that are cut off at a random byte';
  if (isWanted(cut)) {
    const counts = await cutUploads({ uploads: count });
    const isWrong = counts.acknowledged + counts.files + counts.unfinished > 0 || !counts.goesOn;
    const figures = { ...counts, goesOn: String(counts.goesOn) };
    yield { name: cut, figures, ...(isWrong && { fault: 'something stayed of an upload that was cut off' }) };
  }
  const killed = 'SIGKILL while files are uploaded';
  if (isWanted(killed)) {
    const kills = Math.ceil(count / CALLS_OF_A_KILL);
    const counts = await killInUploads({ kills, clients: CLIENTS });
    const isWrong = counts.lost + counts.broken + counts.left > 0;
    yield {
      name: killed,
      figures: { kills, ...counts },
      ...(isWrong && { fault: 'a file was lost, or half of one stayed' }),
    };
  }
}
