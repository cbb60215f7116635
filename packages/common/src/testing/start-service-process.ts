import { startProcess, type ProcessEnd, type TestProcess } from './start-process.js';
import { until } from './streams.js';

/** A service that runs as a process and takes calls. */
export interface ServiceProcess extends TestProcess {
  readonly port: number;
  /** What a client is given. */
  readonly target: string;
  /** Where /metrics, /healthz and /readyz are; undefined where they are off. */
  readonly metricsUrl: string | undefined;
  /** The lines that it has logged until now. Only with `LOG_FORMAT=json`, which is what a pipe gets. */
  readonly logs: readonly Record<string, unknown>[];
  /** How many calls of a method are open now, by its /metrics: `Sqrt`. */
  countOpenCalls(method: string): Promise<number>;
}

/**
 * Starts a service from its main file, and resolves when it takes calls. The environment has to give it port 0.
 * Rejects with what it wrote where it ends instead.
 */
export async function startServiceProcess(
  main: string,
  env: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const child = startProcess([process.execPath, main], { env });
  const readLogs = (): Record<string, unknown>[] => {
    const lines = child.stdout.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const findListening = () => readLogs().find(({ msg }) => msg === 'listening');
  let end: ProcessEnd | undefined;
  void child.ended.then((reached) => (end = reached));
  await until(() => end !== undefined || findListening() !== undefined, 20_000);
  const { port, metricsPort } = findListening() ?? {};
  if (typeof port !== 'number') throw new Error(`${main} ended with ${JSON.stringify(end)}: ${child.stderr}`);
  const metricsUrl = metricsPort === undefined ? undefined : `http://127.0.0.1:${String(metricsPort)}`;
  return Object.defineProperties(child, {
    port: { value: port },
    target: { value: `127.0.0.1:${port}` },
    metricsUrl: { value: metricsUrl },
    logs: { get: readLogs },
    countOpenCalls: { value: (method: string) => countOpenCalls(`${metricsUrl}/metrics`, method) },
  }) as ServiceProcess;
}

async function countOpenCalls(url: string, method: string): Promise<number> {
  const metrics = await (await fetch(url)).text();
  const [, count = 0] =
    new RegExp(`^grpc_server_open_calls\\{.*grpc_method="${method}"\\} (\\d+)$`, 'm').exec(metrics) ?? [];
  return Number(count);
}
