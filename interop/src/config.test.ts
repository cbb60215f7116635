import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';

describe('readConfig', () => {
  it('listens on port 10000, without metrics, and takes messages of 16 MiB', () => {
    expect(readConfig([], {})).toMatchObject({ port: 10_000, metricsPort: 'off', maxMessageBytes: 2 ** 24 });
  });

  it('takes the port of the command line before that of the environment', () => {
    expect(readConfig(['--port', '1'], { INTEROP_PORT: '2' }).port).toBe(1);
    expect(readConfig(['--port=0', '--use_tls=false'], { INTEROP_PORT: '2' }).port).toBe(0);
    expect(readConfig([], { INTEROP_PORT: '2' }).port).toBe(2);
  });

  it.each([
    [['--port', '65536'], '--port "65536" is no whole number up to 65535'],
    [['--port', '-1'], "Option '--port' argument is ambiguous"],
    [['--use_tls=true'], '--use_tls=true: set TLS_CERT and TLS_KEY'],
    [['--use_tls', 'maybe'], '--use_tls "maybe" is neither true nor false'],
    [['--nothing'], "Unknown option '--nothing'"],
    [['10000'], "Unexpected argument '10000'"],
  ])('refuses %j', (args, message) => {
    expect(() => readConfig(args, {})).toThrow(expect.objectContaining({ name: 'StartError', message }));
  });
});
