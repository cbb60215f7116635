import { describe, expect, it } from 'vitest';
import { help, readServerCommand } from './server-options.js';

describe('readServerCommand', () => {
  it('gives the port as a setting where it is said', () => {
    expect(readServerCommand([])).toEqual({ settings: {}, needsTls: false });
    expect(readServerCommand(['--port', '1'])).toEqual({ settings: { INTEROP_PORT: '1' }, needsTls: false });
    const tls = readServerCommand(['--', '--port=0', '--use_tls=true']);
    expect(tls).toEqual({ settings: { INTEROP_PORT: '0' }, needsTls: true });
  });

  it.each([['--help'], ['-h'], ['--help', '--nothing'], ['--', '-h']])(
    'gives nothing where help is asked for: %j',
    (...args) => {
      expect(readServerCommand(args)).toBeUndefined();
    },
  );

  it.each([
    [['--port', '65536'], '--port "65536" is no whole number from 0 to 65535'],
    [['--port', '-1'], "Option '--port' argument is ambiguous"],
    [['--port=1', '--port=1'], '--port is given twice'],
    [['--use_tls', 'maybe'], '--use_tls "maybe" is neither true nor false'],
    [['--nothing'], "Unknown option '--nothing'"],
    [['10000'], "Unexpected argument '10000'"],
  ])('refuses %j', (args, message) => {
    expect(() => readServerCommand(args)).toThrow(expect.objectContaining({ name: 'UsageError', message }));
  });
});

it('names no setting that is not there', () => {
  expect(help.match(/\b[A-Z0-9]+_[A-Z0-9_]+\b/g)).toEqual([
    'INTEROP_PORT',
    'TLS_CERT',
    'TLS_KEY',
    'DIRECT_HTTP2',
    'INTEROP_METRICS_PORT',
  ]);
});
