import { toTitle } from './cell-title.js';
import { isShown, toGroup, type Bar } from './chart-group.js';
import { formatNumber, formatRatio } from './format.js';
import { describeMachine } from './machine.js';
import { measureNoise, describeNoise } from './noise.js';
import { noteRounds } from './notes.js';
import type { Run } from './to-json.js';

const STYLE = `<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.small { font-size: 11px; fill: #57606a }
.group { font-weight: 600 }
.head { font-size: 18px; font-weight: 600 }
</style>`;
const WIDTH = 960;
const MARGIN = 24;
const BARS_LEFT = 170;
const BARS_RIGHT = 700;
const ROW = 20;
const GROUP_GAP = 34;
const HEAD = 76;
const COLOURS = new Map([
  ['ours', '#0969da'],
  ['grpc-js', '#57606a'],
  ['raw', '#bf8700'],
]);
const OTHER_COLOUR = '#8c959f';

/**
 * The ratios to plain grpc-js as a picture (SVG): a group of bars for each cell of the run that has one int64 in its
 * messages, on a logarithmic scale. It brings its own background, so that it can be read on light and dark pages.
 */
export function toChart(run: Run): string {
  const shown = run.results.filter(isShown);
  const groups = shown.map(toGroup).filter(({ bars }) => bars.length > 1);
  const ratios = groups.flatMap(({ bars }) => bars.flatMap(({ ratio }) => (ratio === undefined ? [] : [ratio.value])));
  const [low, high] = [Math.floor(Math.log10(Math.min(0.5, ...ratios))), Math.ceil(Math.log10(Math.max(2, ...ratios)))];
  const toX = (value: number): number =>
    BARS_LEFT + ((BARS_RIGHT - BARS_LEFT) * (Math.log10(value) - low)) / (high - low);
  const body: string[] = [];
  let y = HEAD;
  for (const group of groups) {
    y += GROUP_GAP;
    body.push(text(MARGIN, y - 8, group.title, 'class="group"'));
    for (const bar of group.bars) {
      body.push(...drawBar(bar, y, toX));
      y += ROW;
    }
  }
  const bottom = y + 12;
  const footer = [
    ...shown.flatMap((result) => noteRounds(result).map((note) => `${toTitle(result.cell)}: ${note}`)),
    ...describeMachine(run.machine),
    describeNoise(measureNoise(run.results)),
  ];
  const lines = footer.map((line, index) => text(MARGIN, bottom + 34 + index * 16, line, 'class="small"'));
  const height = bottom + 34 + footer.length * 16;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    '<title>Ratios to plain grpc-js</title>',
    STYLE,
    `<rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff" stroke="#d0d7de"/>`,
    text(MARGIN, 34, 'How many times as fast as plain grpc-js', 'class="head"'),
    text(
      MARGIN,
      54,
      'Both sides the same, unless two are named (server → client). Logarithmic scale, medians.',
      'class="small"',
    ),
    ...drawAxis({ low, high, bottom, toX }),
    ...body,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

function drawBar({ name, ratio, figure }: Bar, y: number, toX: (value: number) => number): string[] {
  const texts = [
    text(BARS_LEFT - 8, y + 13, name, 'text-anchor="end"'),
    text(WIDTH - MARGIN, y + 13, figure, 'text-anchor="end"'),
  ];
  if (ratio === undefined) return texts;
  const [start, end] = [Math.min(1, ratio.value), Math.max(1, ratio.value)].map(toX) as [number, number]; // two in, two out
  const colour = COLOURS.get(name.split(' ')[0] ?? '') ?? OTHER_COLOUR;
  const width = Math.max(2, end - start).toFixed(1);
  return [
    ...texts,
    `<rect x="${start.toFixed(1)}" y="${y + 2}" width="${width}" height="${ROW - 5}" rx="2" fill="${colour}"/>`,
    text(BARS_RIGHT + 84, y + 13, formatRatio(ratio), 'text-anchor="end"'),
  ];
}

interface Axis {
  /** The powers of ten at the ends. */
  readonly low: number;
  readonly high: number;
  readonly bottom: number;
  readonly toX: (value: number) => number;
}

function drawAxis({ low, high, bottom, toX }: Axis): string[] {
  const powers = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return powers.flatMap((power) => {
    const x = toX(power).toFixed(1);
    const colour = power === 1 ? '#57606a' : '#d0d7de';
    return [
      `<line x1="${x}" y1="${HEAD}" x2="${x}" y2="${bottom}" stroke="${colour}"/>`,
      text(Number(x), bottom + 14, `${formatNumber(power)}×`, 'class="small" text-anchor="middle"'),
    ];
  });
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}
