import { parseArgs } from 'node:util';
import { tortureEnds } from './ends.js';
import { tortureHostile } from './hostile.js';
import { tortureLeaks } from './leaks.js';
import type { TorturePart } from './torture-part.js';

// Runs that are too long for every commit: `pnpm torture --count 10000 --minutes 5 --only ends`.

const parts: Record<string, TorturePart> = {
  ends: tortureEnds,
  leaks: tortureLeaks,
  hostile: tortureHostile,
};

const help = `Usage: pnpm torture [options]

Makes very many calls that end in every way there is, prints a row of figures for each, and fails where one is not as it
has to be.

Options:
  --count <number>    how many calls of each row (default 10000)
  --minutes <number>  how long a part goes on that has no natural end (default 5)
  --only <part>       one part alone: ${Object.keys(parts).join(', ')}
  --filter <text>     only rows whose name contains this, such as 'TLS, direct' or 'C-core'
  -h, --help          this text

All of it with the defaults takes about an hour and a half on two cores.
`;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '5' },
    only: { type: 'string' },
    filter: { type: 'string', default: '' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const write = (text: string): void => void process.stdout.write(`${text}\n`);

if (values.help) {
  write(help);
  process.exit(0);
}
const options = {
  count: Number(values.count),
  minutes: Number(values.minutes),
  isWanted: (name: string): boolean => name.includes(values.filter),
};
const chosen = Object.entries(parts).filter(([name]) => values.only === undefined || name === values.only);
if (chosen.length === 0 || !(options.count > 0) || !(options.minutes > 0)) {
  write(`--count and --minutes are numbers above 0, --only is one of ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
let rows = 0;
let faults = 0;
for (const [part, run] of chosen) {
  write(`\n${part}`);
  for await (const { name, figures, fault } of run(options)) {
    const columns = Object.entries(figures).map(([key, value]) => `${key} ${value}`.padEnd(22));
    write(`  ${name.padEnd(64)} ${columns.join(' ')} ${fault === undefined ? '' : `← ${fault}`}`);
    rows += 1;
    if (fault !== undefined) faults += 1;
  }
}
if (rows === 0) {
  write(`\nno row has ${JSON.stringify(values.filter)} in its name`);
  process.exit(2);
}
write(faults === 0 ? '\nall is well' : `\n${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
