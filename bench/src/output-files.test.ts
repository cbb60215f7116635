import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleRun } from '../test/support/sample-run.js';
import { checkOutputFiles, writeOutputFiles } from './output-files.js';

let folder: string;
const inFolder = (...names: string[]) => join(folder, ...names);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('checkOutputFiles', () => {
  it('leaves what the files hold', () => {
    writeFileSync(inFolder('run.json'), 'of the last run');
    checkOutputFiles({ json: inFolder('run.json'), chart: inFolder('new.svg') });
    expect(readFileSync(inFolder('run.json'), 'utf8')).toBe('of the last run');
    expect(() => checkOutputFiles({ json: undefined, chart: undefined })).not.toThrow();
  });

  it.each(['json', 'chart'] as const)('refuses a --%s that cannot be written', (option) => {
    const files = { json: undefined, chart: undefined, [option]: inFolder('missing', 'file') };
    expect(() => checkOutputFiles(files)).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: expect.stringContaining(`--${option} cannot be written`),
      }),
    );
  });
});

describe('writeOutputFiles', () => {
  it('writes one also where the other cannot be', () => {
    const files = { json: inFolder('missing', 'run.json'), chart: inFolder('run.svg') };
    expect(writeOutputFiles(files, sampleRun)).toEqual([expect.stringMatching(/^--json was not written: ENOENT.*$/)]);
    expect(readFileSync(files.chart, 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
    expect(writeOutputFiles({ json: inFolder('run.json'), chart: folder }, sampleRun)).toHaveLength(1);
    expect(JSON.parse(readFileSync(inFolder('run.json'), 'utf8'))).toMatchObject({ format: 2 });
  });
});
