import { StartError } from '@streamworks/common';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';

describe('readConfig', () => {
  it('gives the ports of the service where nothing is set', () => {
    expect(readConfig({})).toMatchObject({ service: 'pow', host: 'localhost', port: 8082, metricsPort: 18082 });
  });

  it('takes free ports for both where the port is 0', () => {
    expect(readConfig({ POW_PORT: '0' })).toMatchObject({ port: 0, metricsPort: 0 });
  });

  it('does not read the settings of other services', () => {
    expect(readConfig({ SUM_PORT: '1', PORT: '2' })).toMatchObject({ port: 8082 });
  });

  it.each([
    ['POW_PORT', '65536', 'a port number from 0 to 65535'],
    ['POW_METRICS_PORT', 'on', 'a port number from 0 to 65535, or off'],
    ['HOST', 'a b', 'a host name or an IP address'],
    ['LOG_LEVEL', 'loud', 'one of trace, debug, info, warn, error, fatal, silent'],
    ['LOG_FORMAT', 'xml', 'one of json, pretty'],
    ['SHUTDOWN_GRACE', 'soon', 'a duration such as 10s or 500ms'],
    ['MAX_MESSAGE_BYTES', '0', 'a number of bytes from 1 to 2147483647'],
    ['MAX_STREAMS', '-1', 'a number from 1 to 2147483647'],
    ['REFLECTION', 'yes', 'on or off'],
    ['DIRECT_HTTP2', 'yes', 'on or off'],
  ])('refuses %s=%s with a line that says what is allowed', (variable, value, allowed) => {
    expect(() => readConfig({ [variable]: value })).toThrow(
      new StartError(`${variable}="${value}": must be ${allowed}`),
    );
  });
});
