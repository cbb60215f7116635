import type { TortureOptions, TortureRow } from '@streamworks/common/testing';
import { breakUploads, type Breach } from './break-uploads.js';

const breaches: readonly Breach[] = ['cancel', 'deadline', 'cut'];

/** An upload that is broken off leaves neither a row nor a file. */
export async function* tortureUploads({ count, isWanted }: TortureOptions): AsyncGenerator<TortureRow> {
  for (const images of ['database', 'folder'] as const) {
    for (const breach of breaches) {
      const name = `uploads of images, ${breach}, to the ${images}`;
      if (!isWanted(name)) continue;
      const counts = await breakUploads({ uploads: count, breach, images });
      const isWrong = counts.stored + counts.files > 0 || counts.broken < count;
      yield {
        name,
        figures: { ...counts },
        ...(isWrong && { fault: 'something of an upload was left, or it was not broken off' }),
      };
    }
  }
}
