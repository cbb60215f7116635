import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DemoStep } from './demo-steps.js';
import type { ServiceFolder } from './list-services.js';
import { runDemo } from './run-demo.js';

/** A process that says what a service says when it listens, and ends as a service ends. */
const main = (exitCode = 0): string => `
  setInterval(() => {}, 1000);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(${exitCode}));
  console.log(JSON.stringify({ msg: 'listening', port: Number(process.env.ECHO_PORT) + 1 }));
`;

/** A client that prints its arguments and its input. */
const client = `
  const args = process.argv.slice(2);
  console.log(args.join(' '));
  if (args.includes('hang')) setInterval(() => {}, 1000);
  if (args.includes('fail')) { console.error('echo: NOT_FOUND: no'); process.exitCode = 1; }
  process.stdin.on('data', (data) => process.stdout.write(data));
`;

let folder: string;
let service: ServiceFolder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamworks-demo-'));
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  writeFileSync(join(folder, 'dist/main.js'), main());
  writeFileSync(join(folder, 'dist/client.js'), client);
  service = { name: 'echo', folder };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(
  steps: readonly DemoStep[],
  signal = new AbortController().signal,
): Promise<{ problems: number; lines: string[] }> {
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  const problems = await runDemo({ services: [service], steps: { echo: steps }, print, signal });
  return { problems, lines };
}

const problemsOf = (lines: readonly string[]): string[] => lines.filter((line) => line.includes('✗'));

describe('runDemo', () => {
  it('shows each step, what it printed and that all is well', async () => {
    const { problems, lines } = await run([
      { args: ['a b'], prints: ['--target 127.0.0.1:1 a b'] },
      { input: ['1', '2'], prints: ['--target 127.0.0.1:1', '1', '2'] },
      { args: ['fail'], prints: [/fail$/], fails: /NOT_FOUND/ },
    ]);
    expect(lines).toEqual([
      '\necho, on 127.0.0.1:1',
      "  $ pnpm client echo 'a b'",
      '    --target 127.0.0.1:1 a b',
      '  ✓ as it should be',
      "  $ printf '1\\n2\\n' | pnpm client echo",
      '    --target 127.0.0.1:1',
      '    1',
      '    2',
      '  ✓ as it should be',
      '  $ pnpm client echo fail',
      '    --target 127.0.0.1:1 fail',
      '    echo: NOT_FOUND: no',
      '  ✓ as it should be',
      '\nstopping',
      '  ✓ every service ended with exit code 0',
    ]);
    expect(problems).toBe(0);
  });

  it('finds a line that is wrong', async () => {
    const { problems, lines } = await run([{ args: ['x'], prints: ['--target 127.0.0.1:1 y'] }]);
    expect(problemsOf(lines)).toEqual(['  ✗ line 1 should be "--target 127.0.0.1:1 y": "--target 127.0.0.1:1 x"']);
    expect(problems).toBe(1);
  });

  it('finds a client that fails, and one that should', async () => {
    const { problems } = await run([
      { args: ['fail'], prints: [/./] },
      { args: ['well'], prints: [/./], fails: /NOT_FOUND/ },
    ]);
    expect(problems).toBe(4); // the exit code and stderr, each
  });

  it('finds a service without steps', async () => {
    const { lines } = await run([]);
    expect(problemsOf(lines)).toEqual(['  ✗ has no step in scripts/src/demo-steps.ts']);
  });

  it('finds a service that does not start', async () => {
    writeFileSync(join(folder, 'dist/main.js'), 'console.error("ECHO_PORT is bad"); process.exit(1);');
    const { lines } = await run([{ prints: [] }]);
    expect(problemsOf(lines)).toEqual([expect.stringContaining('ECHO_PORT is bad')]);
  });

  it('finds a service that ends badly', async () => {
    writeFileSync(join(folder, 'dist/main.js'), main(3));
    const { lines } = await run([{ prints: [/./] }]);
    expect(problemsOf(lines)).toEqual([expect.stringContaining('echo ended with exit code 3')]);
  });

  it('stops everything when it is interrupted', async () => {
    const interrupted = new AbortController();
    const lines: string[] = [];
    const print = (line: string): void => {
      lines.push(line);
      if (line.includes('pnpm client echo hang')) interrupted.abort();
    };
    const steps = {
      echo: [
        { args: ['hang'], prints: [] },
        { args: ['never'], prints: [] },
      ],
    };
    await runDemo({ services: [service], steps, print, signal: interrupted.signal });
    expect(problemsOf(lines)).toEqual([]);
    expect(lines.join('\n')).not.toContain('never');
    expect(lines.at(-1)).toBe('  ✓ every service ended with exit code 0');
  });
});
