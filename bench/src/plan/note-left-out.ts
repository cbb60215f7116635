import { isMemoryPattern } from './cell.js';
import type { BenchCommand } from './command-line.js';

/** Says which servers the memory patterns of a command leave out; undefined where they leave out none. */
export function noteLeftOut({ choices, contenders = [] }: BenchCommand): string | undefined {
  const memory = choices.filter((choice) => choice !== 'guarded').filter(isMemoryPattern);
  const names = contenders.flatMap(({ server }) =>
    typeof server !== 'string' && server.address !== undefined ? [server.name] : [],
  );
  const [name] = names;
  if (memory.length === 0 || name === undefined) return undefined;
  return `${name} is left out of ${memory.join(' and ')}: the memory of what is at an address is unknown`;
}
