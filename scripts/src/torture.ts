import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { TorturePart } from '@streamworks/common/testing';
import { rootFolder } from './list-services.js';

// Runs that are too long for every commit: `pnpm torture --count 10000 --minutes 5 --only ends`.

/** Where a part is: its TypeScript project, and the module and its function that come out of it. */
interface PartPlace {
  readonly project: string;
  readonly module: string;
  readonly name: string;
}

const common = (file: string, name: string): PartPlace => ({
  project: 'packages/common/torture',
  module: `packages/common/torture/dist/torture/${file}.js`,
  name,
});
const inService = (service: string, file: string, name: string): PartPlace => ({
  project: `services/${service}/test/torture`,
  module: `services/${service}/test/dist/${file}.js`,
  name,
});

const parts: Readonly<Record<string, PartPlace>> = {
  ends: common('ends', 'tortureEnds'),
  leaks: common('leaks', 'tortureLeaks'),
  hostile: common('hostile', 'tortureHostile'),
  notes: inService('routeguide', 'notes', 'tortureNotes'),
  features: inService('routeguide', 'features', 'tortureFeatures'),
  catalogue: inService('laptop', 'catalogue', 'tortureCatalogue'),
  uploads: inService('laptop', 'uploads', 'tortureUploads'),
  search: inService('laptop', 'search', 'tortureSearch'),
  throughput: inService('laptop', 'throughput', 'tortureThroughput'),
  files: inService('stream', 'files', 'tortureFiles'),
  imports: inService('stream', 'imports', 'tortureImports'),
  prices: inService('stream', 'prices', 'torturePrices'),
  talk: inService('chat', 'talk', 'tortureTalk'),
};

const help = `Usage: pnpm torture [options]

Makes very many calls that end in every way there is, kills services while they store, and makes readers wait; prints a row of
figures for each, and fails where one is not as it has to be.

Options:
  --count <number>    how many calls of each row (default 10000); one kill for each 50
  --minutes <number>  how long a part goes on that has no natural end (default 5)
  --only <part>       one part alone: ${Object.keys(parts).join(', ')}
  --filter <text>     only rows whose name contains this, such as 'TLS, direct' or 'C-core'
  -h, --help          this text

All of it with the defaults takes hours.
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

if (values.help) {
  console.log(help);
  process.exit(0);
}
const options = {
  count: Number(values.count),
  minutes: Number(values.minutes),
  isWanted: (name: string): boolean => name.includes(values.filter),
};
const chosen = Object.entries(parts).filter(([name]) => values.only === undefined || name === values.only);
if (chosen.length === 0 || !(options.count > 0) || !(options.minutes > 0)) {
  console.error(`--count and --minutes are numbers above 0, --only is one of ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
// A signal that nobody listens to ends this process alone; an exit ends those that it has started, too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

let rows = 0;
let faults = 0;
for (const [part, place] of chosen) {
  console.log(`\n${part}`);
  const run = await load(place);
  for await (const { name, figures, fault } of run(options)) {
    const columns = Object.entries(figures).map(([key, value]) => `${key} ${value}`.padEnd(22));
    console.log(`  ${name.padEnd(64)} ${columns.join(' ')} ${fault === undefined ? '' : `← ${fault}`}`);
    rows += 1;
    if (fault !== undefined) faults += 1;
  }
}
if (rows === 0) {
  console.error(`\nno row has ${JSON.stringify(values.filter)} in its name`);
  process.exit(2);
}
console.log(faults === 0 ? '\nall is well' : `\n${faults} faults`);
process.exit(faults === 0 ? 0 : 1);

async function load({ project, module, name }: PartPlace): Promise<TorturePart> {
  execFileSync('tsc', ['-p', project], { cwd: rootFolder, stdio: 'inherit' });
  const loaded = (await import(pathToFileURL(join(rootFolder, module)).href)) as Record<string, TorturePart>;
  const part = loaded[name];
  if (part === undefined) throw new Error(`${module} has no ${name}`);
  return part;
}
