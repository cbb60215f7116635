import { loadavg } from 'node:os';
import type { TortureOptions, TortureRow } from '@streamworks/common/testing';
import { measureThroughput } from './measure-throughput.js';

/** The benchmark of the catalogue: what one client gets done in a second. Machines differ, so no figure is too low. */
export async function* tortureThroughput({ count, isWanted }: TortureOptions): AsyncGenerator<TortureRow> {
  const name = 'one client, laptops and images of the generator';
  if (!isWanted(name)) return;
  const [load = 0] = loadavg();
  const figures = await measureThroughput({ laptops: count });
  const isWrong = figures.found !== count || figures.rated !== 10 * count;
  yield {
    name,
    figures: { ...figures, load: load.toFixed(1) },
    ...(isWrong && { fault: 'not all were found, or rated' }),
  };
}
