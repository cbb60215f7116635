import { describe, expect, it } from 'vitest';
import { run } from './other-peer.js';

const node = (script: string) => [process.execPath, '-e', script] as const;

describe('run', () => {
  it('gives nothing for a command that goes well', async () => {
    expect(await run(node(''), { limitMs: 10_000 })).toBeUndefined();
  });

  it('gives the last lines of one that does not', async () => {
    const script = 'for (const line of [1, 2, 3, 4, 5]) console.error(line); process.exit(3)';
    expect(await run(node(script), { limitMs: 10_000 })).toBe('exit code 3\n    3\n    4\n    5');
  });

  it('ends one that takes too long', async () => {
    expect(await run(node('setInterval(() => {}, 1000)'), { limitMs: 100 })).toBe('no end within 0.1 s');
  });

  it('says that there is no such program', async () => {
    expect(await run(['no-such-program'], { limitMs: 10_000 })).toBe('there is no program no-such-program');
  });

  it('adds to the environment', async () => {
    const script = 'process.exit(process.env.ADDED === "yes" && process.env.PATH ? 0 : 1)';
    expect(await run(node(script), { limitMs: 10_000, env: { ADDED: 'yes' } })).toBeUndefined();
  });
});
