import type { ServiceConfig } from '@streamworks/common';
import { demoSteps } from './demo-steps.js';
import { listServices, readConfig, readPackage } from './list-services.js';
import { toPnpm } from './to-pnpm.js';
import { toShellWord } from './to-shell-word.js';
import { waitUntilReady } from './wait-until-ready.js';

/** What `turbo run dev` says when every service takes calls: what to try next. */

const LIMIT_MS = 60_000;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));

const services = listServices();
const ready = await waitUntilReady(services, { environment: process.env, limitMs: LIMIT_MS });
const missing = services.filter(({ name }) => ready.get(name) === undefined);
if (missing.length > 0) {
  const names = missing.map(({ name }) => name).join(', ');
  console.error(`${names}: not ready within ${LIMIT_MS / 1000} s; the lines above may say why`);
} else {
  const pnpm = toPnpm();
  const rows: [command: string, note: string][] = [];
  for (const service of services) {
    const config = ready.get(service.name);
    if (config === undefined) continue;
    const { port } = await readConfig(service, {});
    rows.push([
      `${pnpm} client ${toTry(service.name, config, port)}`,
      String(readPackage(service.folder)['description']),
    ]);
  }
  const width = Math.max(...rows.map(([command]) => command.length));
  const lines = rows.map(([command, note]) => `  ${command.padEnd(width)}  # ${note}`);
  const metrics = [...ready.values()].find(
    (config) => typeof config?.metricsPort === 'number' && config.metricsPort > 0,
  );
  console.log(`all ${services.length} services take calls; try in another terminal:`);
  console.log(lines.join('\n'));
  if (metrics !== undefined) {
    console.log(
      `  curl http://localhost:${metrics.metricsPort}/metrics  # those of ${metrics.service}: its port + 10000`,
    );
  }
  console.log('Ctrl-C stops them all');
}

/** The arguments that show the service best; with what else the settings ask of a client. */
function toTry(name: string, { port, tls, auth }: ServiceConfig, defaultPort: number): string {
  const args = demoSteps[name]?.[0]?.args ?? [];
  const target = port === defaultPort ? [] : ['--target', `localhost:${port === 0 ? '<its port>' : port}`];
  const ca = tls === undefined ? [] : ['--ca', '<the CA of its certificate>'];
  const certificate = tls?.clientCa === undefined ? [] : ['--cert', '<a certificate>', '--key', '<its key>'];
  const token = auth === undefined ? [] : ['--token', '<a token>'];
  return [name, ...args, ...target, ...ca, ...certificate, ...token].map(toShellWord).join(' ');
}
