import { describe, expect, it } from 'vitest';
import { cases } from './cases.js';
import { readClientCommand } from './client-options.js';
import { soakDefaults } from './peer.js';

describe('readClientCommand', () => {
  it('runs everything against localhost:10000 where nothing is said', () => {
    expect(readClientCommand([])).toEqual({
      names: [...cases.keys()],
      target: 'localhost:10000',
      options: { directHttp2: true, soak: soakDefaults },
    });
    expect(readClientCommand(['--case', 'all'])?.names).toEqual([...cases.keys()]);
  });

  it('takes several cases', () => {
    expect(readClientCommand(['--case', 'ping_pong,empty_unary'])?.names).toEqual(['ping_pong', 'empty_unary']);
  });

  it('takes our flags and the official ones for the same', () => {
    const ours = readClientCommand(['--case', 'ping_pong', '--address', 'a.example:1']);
    const official = ['--test_case=ping_pong', '--server_host=a.example', '--server_port=1', '--use_tls=false'];
    expect(readClientCommand(official)).toEqual(ours);
    expect(readClientCommand([...official, '--server_host_override=x', '--use_test_ca=true'])).toEqual(ours);
  });

  it('takes the official flags of the soak cases', () => {
    const flags = {
      soak_iterations: 1,
      soak_max_failures: 2,
      soak_per_iteration_max_acceptable_latency_ms: 3,
      soak_overall_timeout_seconds: 4,
      soak_min_time_ms_between_rpcs: 5,
      soak_request_size: 6,
      soak_response_size: 7,
      soak_num_threads: 8,
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    expect(readClientCommand(args)?.options.soak).toEqual({
      iterations: 1,
      maxFailures: 2,
      maxLatencyMs: 3,
      overallTimeoutMs: 4_000,
      minIntervalMs: 5,
      requestSize: 6,
      responseSize: 7,
      workers: 8,
    });
  });

  it.each([['--help'], ['-h'], ['--nothing', '--help'], ['--', '--help']])('gives nothing for %j', (...args) => {
    expect(readClientCommand(args)).toBeUndefined();
  });

  it('secures the connection where the official flags say so', () => {
    const { options } = readClientCommand(['--use_tls=true', '--server_host_override=x']) ?? {};
    expect(options?.tls).toEqual({ serverName: 'x' });
    expect(readClientCommand(['--use_tls=false'])?.options.tls).toBeUndefined();
  });

  it('takes no notice of the dashes that pnpm hands on', () => {
    expect(readClientCommand(['--', '--case', 'ping_pong'])?.names).toEqual(['ping_pong']);
  });

  it.each([
    [['--address', '[::1]:1'], '[::1]:1'],
    [['--address', '127.0.0.1:65535'], '127.0.0.1:65535'],
    [['--server_host', '::1'], '[::1]:10000'],
    [['--server_host', '[::1]', '--server_port', '1'], '[::1]:1'],
  ])('reads where the server is from %j', (args, target) => {
    expect(readClientCommand(args)?.target).toBe(target);
  });

  it.each(['localhost:0', 'localhost:65536', '::1:1', '[a]:1', 'http://localhost:1', 'a b:1', ':1'])(
    'refuses the address %s',
    (address) => {
      expect(() => readClientCommand(['--address', address])).toThrow(`"${address}" is no host and port`);
    },
  );

  it.each([
    [['--case', 'nothing'], 'there is no case "nothing"; there are: empty_unary'],
    [['--case', 'all', '--test_case', 'all'], '--case and --test_case mean the same: give one'],
    [['--address', 'a:1', '--server_port', '1'], '--address says both'],
    [['--address', 'localhost'], '--address "localhost" is no host and port'],
    [['--server_host', 'a:1'], '--server_host "a:1" is no host name and no IP address'],
    [['--server_port', '0'], '--server_port "0" is no whole number from 1 to 65535'],
    [['--case', 'ping_pong', '--case', 'empty_unary'], '--case is given twice'],
    [['--address=a:1', '--address=b:1'], '--address is given twice'],
    [['--use_tls=true', '--use_test_ca=true'], '--use_test_ca: give the CA with --ca_file'],
    [['--use_tls=true', '--ca_file=/none.pem'], '--ca_file: /none.pem cannot be read: ENOENT'],
    [['--direct_http2', 'off'], '--direct_http2 "off" is neither true nor false'],
    [['--soak_iterations=many'], '--soak_iterations "many" is no whole number'],
    [['--soak_iterations=0'], '--soak_iterations "0" is no whole number from 1'],
    [['--soak_num_threads=0'], '--soak_num_threads "0" is no whole number from 1'],
    [['--soak_num_threads=1001'], '--soak_num_threads "1001" is no whole number from 1 to 1000'],
    [['--soak_overall_timeout_seconds=0'], '--soak_overall_timeout_seconds "0" is no whole number from 1'],
    [['--soak_overall_timeout_seconds=2147483'], '--soak_overall_timeout_seconds "2147483" is no whole number'],
    [['--soak_request_size=2147483647'], '--soak_request_size "2147483647" is no whole number'],
    [['--nothing'], "Unknown option '--nothing'"],
  ])('refuses %j', (args, message) => {
    expect(() => readClientCommand(args)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(message) }),
    );
  });
});
