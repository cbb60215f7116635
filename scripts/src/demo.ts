import { demoSteps } from './demo-steps.js';
import { listServices } from './list-services.js';
import { runDemo } from './run-demo.js';

/** `pnpm demo`: every service with every client, as one readable transcript. The end-to-end test of all. */

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());

const problems = await runDemo({
  services: listServices(),
  steps: demoSteps,
  print: (line) => console.log(line),
  signal: interrupted.signal,
});
if (interrupted.signal.aborted) {
  process.exit(130);
} else if (problems > 0) {
  console.error(`\n✗ ${problems} not as it should be`);
  process.exit(1);
} else {
  console.log('\n✓ every service answers as it should');
}
