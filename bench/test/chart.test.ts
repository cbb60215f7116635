import { describe, expect, it } from 'vitest';
import { toChart } from '../src/report/chart.js';
import { createResult, sampleRun, toRounds } from './support/sample-run.js';

/** Reads XML strictly enough for what a chart may hold; throws where it is not well formed. */
function readTexts(xml: string): string[] {
  const open: string[] = [];
  const texts: string[] = [];
  let position = 0;
  for (const match of xml.matchAll(/<(\/?)([a-z]+[0-9]?)((?: [a-zA-Z][a-zA-Z0-9-]*="[^"<&]*")*)(\/?)>/g)) {
    const [tag, isEnd, name = '', , isEmpty] = match;
    const between = xml.slice(position, match.index);
    if (/[<>]|&(?!(?:amp|lt|gt);)/.test(between)) throw new Error(`no text of XML: ${between}`);
    if (between.trim() !== '') texts.push(between.trim());
    if (open.length === 0 && position > 0) throw new Error('more than one root');
    if (isEnd !== '') {
      if (open.pop() !== name) throw new Error(`${tag} ends something else`);
    } else if (isEmpty === '') open.push(name);
    position = match.index + tag.length;
  }
  if (open.length > 0) throw new Error(`not ended: ${open.join(' ')}`);
  if (xml.slice(position).trim() !== '') throw new Error('text behind the root');
  return texts;
}

describe('toChart', () => {
  it('is well-formed XML, whatever the texts hold', () => {
    const texts = readTexts(toChart(sampleRun));
    expect(texts.find((line) => line.includes('2 cores'))).toContain('A &lt;fast&gt; &amp; good one');
  });

  it('names peers, ratios, figures and what the run was like', () => {
    const texts = readTexts(toChart(sampleRun)).join('\n');
    for (const text of [
      'ours',
      'grpc-js',
      '7×',
      '700 messages/s',
      '&gt; 270×',
      'too long',
      '100 µs',
      'node 20.0.0',
      'noise:',
    ])
      expect(texts).toContain(text);
  });

  it('leaves out what cannot be compared, and what is no speed', () => {
    const texts = readTexts(toChart(sampleRun)).join('\n');
    expect(texts).not.toContain('bidi');
    expect(texts).not.toContain('idle');
  });

  it('shows who took too long like the baseline, without a ratio', () => {
    const slow = { overLimit: { seconds: 60, count: 200_000 } };
    const result = createResult('client-streaming', toRounds(9e5), slow);
    const nice = { contender: { server: 'nice-grpc', client: 'nice-grpc' } as const, rounds: [], ...slow };
    const contenders = [...result.cell.contenders, nice.contender];
    const results = [{ cell: { ...result.cell, contenders }, outcomes: [...result.outcomes, nice] }];
    const svg = toChart({ ...sampleRun, results });
    const texts = readTexts(svg);
    expect(texts.slice(texts.indexOf('nice-grpc')).slice(0, 2)).toEqual(['nice-grpc', 'too long']);
    expect(texts.filter((text) => text === 'too long')).toHaveLength(2);
    expect(svg.match(/<rect x=/g)).toHaveLength(2);
  });

  it('says below whose figures are those of fewer rounds', () => {
    const outcome = { ...toRounds(100, 100), overLimit: { seconds: 60, count: 300_000 } };
    const results = [createResult('server-streaming', toRounds(1, 2, 3), outcome)];
    expect(readTexts(toChart({ ...sampleRun, results })).join('\n')).toContain(
      'messages of one int64: grpc-js: 2 of 3 rounds; another took &gt; 60 s',
    );
  });

  it('is a picture even of nothing', () => {
    expect(readTexts(toChart({ ...sampleRun, results: [] }))).toContain('How many times as fast as plain grpc-js');
  });

  it('keeps its numbers inside the picture', () => {
    const svg = toChart(sampleRun);
    const [, width] = /viewBox="0 0 (\d+) \d+"/.exec(svg)!;
    for (const [, x] of svg.matchAll(/ x="([^"]*)"/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(0);
      expect(Number(x)).toBeLessThan(Number(width));
    }
  });
});
