import { parseArgs } from 'node:util';
import { tortureEnds } from './ends.js';
import { tortureLeaks } from './leaks.js';
import type { TorturePart } from './torture-part.js';

// Runs that are too long for every commit: `pnpm torture --count 10000 --minutes 5 --only ends`.

const parts: Record<string, TorturePart> = {
  ends: tortureEnds,
  leaks: tortureLeaks,
};

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '5' },
    only: { type: 'string' },
  },
});

const write = (text: string): void => void process.stdout.write(`${text}\n`);

const options = { count: Number(values.count), minutes: Number(values.minutes) };
const chosen = Object.entries(parts).filter(([name]) => values.only === undefined || name === values.only);
if (chosen.length === 0 || !(options.count > 0) || !(options.minutes > 0)) {
  write(`--count and --minutes are numbers above 0, --only is one of ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
let faults = 0;
for (const [part, run] of chosen) {
  write(`\n${part}`);
  for await (const { name, figures, fault } of run(options)) {
    const columns = Object.entries(figures).map(([key, value]) => `${key} ${value}`.padEnd(22));
    write(`  ${name.padEnd(52)} ${columns.join(' ')} ${fault === undefined ? '' : `← ${fault}`}`);
    if (fault !== undefined) faults += 1;
  }
}
write(faults === 0 ? '\nall is well' : `\n${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
