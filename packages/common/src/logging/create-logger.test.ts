import { describe, expect, it } from 'vitest';
import { createLogger, type LoggerOptions } from './create-logger.js';
import { CALL_MESSAGE } from './pretty.js';

function createMemoryLogger(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLogger({ service: 'pow', destination, ...options }) };
}

describe('createLogger', () => {
  it('writes one JSON object a line with the service, the level and the time', () => {
    const { log, lines } = createMemoryLogger();
    log.info({ port: 1 }, 'listening');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ service: 'pow', level: 'info', port: 1, msg: 'listening' });
    expect(lines[0]).toMatch(/"time":"\d{4}-\d\d-\d\dT/);
    expect(lines[0]).toMatch(/\n$/);
  });

  it.each(['authorization', 'password', 'token', 'secret', 'accessToken', 'cookie'])('hides %s', (name) => {
    const { log, lines } = createMemoryLogger();
    log.info({ [name]: 'hunter2', request: { [name]: 'hunter2' } }, 'login');
    expect(lines.join('')).not.toContain('hunter2');
    expect(lines.join('')).toContain('[redacted]');
  });

  it('hides them in child loggers too', () => {
    const { log, lines } = createMemoryLogger();
    log.child({ token: 'hunter2' }).info('x');
    log
      .child({ a: 1 })
      .child({ request: { token: 'hunter2' } })
      .info('x');
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('hides them in errors, and leaves the error and what it was given as they are', () => {
    const { log, lines } = createMemoryLogger();
    const err = Object.assign(new Error('broken'), { token: 'hunter2' });
    const given = { err, request: { token: 'hunter2', path: '/x' } };
    log.error(given, 'x');
    expect(lines.join('')).not.toContain('hunter2');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ err: { message: 'broken' }, request: { path: '/x' } });
    expect(given.request.token + err.token).toBe('hunter2hunter2');
  });

  it('hides the token of metadata that is logged, however deep, whatever its case', () => {
    const { log, lines } = createMemoryLogger();
    const metadata = { toJSON: () => ({ authorization: ['Bearer hunter2'], other: ['x'] }) };
    log.info({ metadata, call: { request: { metadata } }, headers: { Authorization: 'hunter2' } }, 'x');
    log.child({ metadata }).info('x');
    log.error({ err: Object.assign(new Error('broken'), { metadata }) }, 'x');
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain('hunter2');
    expect(lines[0]).toContain('"other":["x"]');
  });

  it('writes nothing when silent', () => {
    const { log, lines } = createMemoryLogger({ logLevel: 'silent' });
    log.fatal('x');
    expect(lines).toEqual([]);
  });

  it('writes a call in one short line for people', () => {
    const { log, lines } = createMemoryLogger({ logFormat: 'pretty' });
    const call = { method: '/a.B/C', code: 'OK', durationMs: 1.5, received: 1, sent: 10, peer: '127.0.0.1:1' };
    log.info(call, CALL_MESSAGE);
    expect(lines[0]).toMatch(/INFO: \/a\.B\/C OK in 1\.5 ms, 1 in, 10 out, from 127\.0\.0\.1:1\n$/);
  });

  it('shows the whole error for people', () => {
    const { log, lines } = createMemoryLogger({ logFormat: 'pretty' });
    log.error({ err: new Error('broken') }, CALL_MESSAGE);
    expect(lines.join('')).toContain('create-logger.test');
  });
});
