import type { TortureOptions, TortureRow } from '@streamworks/common/testing';
import { cutUploads } from './cut-uploads.js';
import { killInUploads } from './kill-in-uploads.js';
import { pauseDownloads } from './pause-downloads.js';

/** A start and a kill take as long as so many calls. */
const CALLS_OF_A_KILL = 50;
const CLIENTS = 8;

const MOST_PAUSED = 800;
/** What a download may hold: some chunks of 64 KiB, between the disk and the network. */
export const MOST_KIB = 512;

/** A file that was acknowledged is there and whole, and nothing stays of any other upload. */
export async function* tortureFiles({ count, isWanted }: TortureOptions): AsyncGenerator<TortureRow> {
  const cut = 'uploads that are cut off at a random byte';
  if (isWanted(cut)) {
    const counts = await cutUploads({ uploads: count });
    const isWrong = counts.acknowledged + counts.files + counts.unfinished > 0 || !counts.goesOn;
    const figures = { ...counts, goesOn: String(counts.goesOn) };
    yield { name: cut, figures, ...(isWrong && { fault: 'something stayed of an upload that was cut off' }) };
  }
  const paused = 'downloads whose reader has stopped';
  if (isWanted(paused)) {
    const counts = await pauseDownloads({ downloads: Math.min(count, MOST_PAUSED) });
    const isWrong = counts.eachKiB > MOST_KIB;
    yield { name: paused, figures: { ...counts }, ...(isWrong && { fault: `more than ${MOST_KIB} KiB for each` }) };
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
