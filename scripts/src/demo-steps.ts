import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from './list-services.js';

/** One run of a client script, and what it has to print. */
export interface DemoStep {
  /** The arguments, as they stand behind `pnpm client pow`. Default: none. */
  readonly args?: readonly string[];
  /** The lines that are piped in. Default: nothing is. */
  readonly input?: readonly string[];
  /** The lines on stdout, all of them: the text, or a pattern where it differs from run to run. */
  readonly prints: readonly (string | RegExp)[];
  /** For a call that has to fail: what stderr says, with exit code 1. */
  readonly fails?: RegExp;
}

const createdLaptop = /^created laptop with id: [0-9a-f-]{36}$/;
const foundLaptop = [
  /^- found: [0-9a-f-]{36}$/,
  /^ {2}\+ brand: \S/,
  /^ {2}\+ name: \S/,
  /^ {2}\+ cpu cores: \d+$/,
  /^ {2}\+ cpu min ghz: [\d.]+$/,
  /^ {2}\+ ram: value:\d+ unit:GIGABYTE$/,
  /^ {2}\+ price: [\d.]+$/,
];

function repeat(times: number, lines: readonly RegExp[]): RegExp[] {
  return Array.from({ length: times }, () => lines).flat();
}

const people = ['name,email', 'Ann,ann@example.com', 'Ben,ben@example.com'];
const license = join(rootFolder, 'LICENSE');

function toFileId(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** What `pnpm demo` runs for each service; the first step is also what `pnpm dev` proposes to try. */
export const demoSteps: Readonly<Record<string, readonly DemoStep[]>> = {
  chat: [
    {
      args: ['tour'],
      prints: [
        'sent: 3',
        ...['first', 'second', 'third'].map((text) => `received: ${text}`),
        /^cid \w+ says: hello dan$/,
        /^dan \w+ says: hello cid$/,
        /^dan \w+ hears: cid \w+: hello dan$/,
        /^ann \w+ says: hello everybody$/,
        /^bob \w+ says: hello, too$/,
        /^bob \w+ hears: ann \w+: hello everybody$/,
      ],
    },
    { args: ['send', '--user', 'ann', '--to', 'bob', 'hello', 'are you there?'], prints: ['sent: 2'] },
    {
      args: ['receive', '--user', 'bob'],
      prints: ['ann → bob: hello', 'ann → bob: are you there?'],
    },
    { args: ['--user', 'ann', '--room', 'lobby'], input: ['good morning', 'quit'], prints: [] },
    { args: ['--user', 'bob', '--room', 'lobby'], input: ['quit'], prints: ['ann: good morning'] },
    {
      args: ['send', '--user', 'ann', '--to', 'x'.repeat(129), 'x'],
      prints: [],
      fails: /^chat: INVALID_ARGUMENT: .*to/,
    },
  ],
  hello: [
    {
      args: ['ann'],
      prints: ['hello world! ann', /^x-request-id: [\x21-\x7e]+$/, /^x-duration-ms: \d+\.\d+$/],
    },
    {
      args: ['ann', '--request-id', 'demo-1', '--note', 'as bytes'],
      prints: ['hello world! ann', 'x-request-id: demo-1', /^x-duration-ms: \d+\.\d+$/, 'note-bin: as bytes'],
    },
    { args: ['x'.repeat(129)], prints: [], fails: /^hello: INVALID_ARGUMENT: .*name/ },
  ],
  laptop: [
    {
      args: ['tour', '--seed', '1'],
      prints: [
        'token refreshed',
        ...repeat(11, [createdLaptop]),
        'search filter: max_price_usd:3000 min_cpu_cores:4 min_cpu_ghz:2.5 min_ram:{value:8 unit:GIGABYTE}',
        ...repeat(5, foundLaptop),
        createdLaptop,
        /^image uploaded with id: [0-9a-f-]{36}, size: \d+$/,
        ...repeat(3, [createdLaptop]),
        ...repeat(3, [/^sent request: laptop_id:"[0-9a-f-]{36}" score:\d+$/]),
        ...repeat(3, [/^received response: laptop_id:"[0-9a-f-]{36}" rated_count:1 average_score:\d+$/]),
        'no more responses',
      ],
    },
    {
      args: ['create', '--user', 'user1', '--password', 'secret'],
      prints: [],
      fails: /^laptop: PERMISSION_DENIED: .*needs the role admin$/m,
    },
  ],
  pow: [
    { args: ['2'], prints: ['1', '2', '4', '8', '16', '32', '64', '128', '256', '512', 'server closed'] },
    { args: ['-2'], prints: ['1', '-2', '4', '-8', '16', '-32', '64', '-128', '256', '-512', 'server closed'] },
    {
      args: ['10000000000'],
      prints: ['1', '10000000000'],
      fails: /^pow: OUT_OF_RANGE: /,
    },
  ],
  routeguide: [
    {
      prints: [
        'Getting feature for point (409146138, -746188906)',
        'name:"Berkshire Valley, New Jersey" location:{latitude:409146138 longitude:-746188906}',
        'Getting feature for point (0, 0)',
        'location:{}',
        /^Looking for features within lo:\{.*\} hi:\{.*\}$/,
        ...['Berkshire Valley, New Jersey', 'Statue of Liberty', 'Empire State Building', 'Grand Central Terminal'].map(
          toFeature,
        ),
        toFeature('Brooklyn Bridge'),
        /^Traversing \d+ points\.$/,
        /^Route summary: point_count:\d+ (feature_count:\d+ )?distance:\d+$/,
        ...['First', 'Second', 'Third', 'First', 'Fourth', 'Second', 'Fifth', 'Third', 'Sixth'].map(
          (ordinal) => new RegExp(`^Got message ${ordinal} message at point\\(0, [123]\\)$`),
        ),
      ],
    },
    {
      args: ['feature', '488584000', '22945000'],
      prints: [
        'Getting feature for point (488584000, 22945000)',
        'name:"Eiffel Tower" location:{latitude:488584000 longitude:22945000}',
      ],
    },
    {
      args: ['chat', '1', '2', 'hello', 'again'],
      prints: ['hello', 'hello', 'again'].map((text) => `Got message ${text} at point(1, 2)`),
    },
    {
      args: ['chat', '1', '2', 'x'.repeat(4097)],
      prints: [],
      fails: /^routeguide: INVALID_ARGUMENT: message/,
    },
  ],
  sqrt: [
    {
      args: ['--interval', '50ms'],
      prints: [
        '0',
        '1',
        '1.4142135623730951',
        '1.7320508075688772',
        '2',
        '2.23606797749979',
        '2.449489742783178',
        '2.6457513110645907',
        '2.8284271247461903',
        '3',
        'Server Closed',
      ],
    },
    { args: ['--interval', '0ms', '-1', '4'], prints: ['NaN', '2', 'Server Closed'] },
  ],
  stream: [
    {
      args: ['users'],
      prints: Array.from({ length: 50 }, (_, index) => {
        const number = index + 1;
        return `${number}\tUser ${number}\tuser${number}@example.com`;
      }),
    },
    { args: ['import'], input: people, prints: ['created: 2', 'unchanged: 0', 'failed: 0'] },
    {
      args: ['import'],
      input: [...people, 'Cid,ANN@example.com', 'Dan,dan'],
      prints: ['created: 0', 'unchanged: 2', 'failed: 2'],
      fails:
        /^line 4: email: "ANN@example\.com" is taken\nline 5: email: "dan" is no email address\nstream: 2 of 4 rows/,
    },
    {
      args: ['upload', license],
      prints: ['文件 LICENSE 上传成功', `id: ${toFileId(license)}`, /^[\d.]+ KiB, [\d.]+ [KM]iB\/s$/],
    },
    { args: ['download', '0'.repeat(64)], prints: [], fails: /^stream: NOT_FOUND: / },
    {
      args: ['prices', 'aapl', '--count', '2'],
      prints: [/^AAPL +\d+\.\d\d +\d{4}-\d\d-\d\dT/, /^AAPL +\d+\.\d\d [ ▲▼] \d{4}-\d\d-\d\dT/],
    },
  ],
  sum: [
    { prints: ['sum: 45'] },
    { args: ['-1', '9223372036854775807'], prints: ['sum: 9223372036854775806'] },
    { input: ['1', '2', '3'], prints: ['sum: 6'] },
    { args: ['9223372036854775807', '1'], prints: [], fails: /^sum: OUT_OF_RANGE: / },
  ],
};

function toFeature(name: string): RegExp {
  return new RegExp(`^Feature: name: "${name}", point:\\(\\d+, -\\d+\\)$`);
}
