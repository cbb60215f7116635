import fc from 'fast-check';
import { connectRaw, type RawClient, type RawEnd } from '../../test/support/raw-client.js';
import { fuzz, type FuzzLimit } from './fuzz.js';
import { cut } from './request-bytes.js';
import type { Attack } from './run-trial.js';
import { wrongCalls } from './wrong-calls.js';

/** Fewer than Node takes resets for an attack. */
const CALLS_OF_A_CONNECTION = 200;

/** Calls that are wrong in any way, in any pieces, some of them reset: each gets its right status, and no other call suffers. */
export function fuzzCalls(limit: FuzzLimit): Attack {
  return async ({ target, directHttp2, expectRight }) => {
    let raw = connectRaw(target);
    let calls = 0;
    const counts = { answered: 0, reset: 0 };
    const property = fc.asyncProperty(
      wrongCalls(directHttp2),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(13) }),
      async ({ path, bytes, options, right }, ratios, reset) => {
        raw = await keepFresh(raw, target, (calls += 1));
        const parts = cut(bytes, toSizes(ratios, bytes.length));
        const end = await raw.call(path, parts, { ...options, ...(reset !== undefined && { reset }) });
        if (reset === undefined) {
          counts.answered += 1;
          const outcome = describe(end);
          if (!right.includes(outcome)) throw new Error(`${outcome} in place of ${right.join(' or ')}`);
        } else counts.reset += 1;
        await expectRight();
      },
    );
    try {
      return { cases: await fuzz(property, limit), ...counts };
    } finally {
      raw.session.destroy();
    }
  };
}

async function keepFresh(raw: RawClient, target: string, calls: number): Promise<RawClient> {
  const isSpent = raw.session.closed || raw.session.destroyed || calls % CALLS_OF_A_CONNECTION === 0;
  if (!isSpent) return raw;
  await raw[Symbol.asyncDispose]();
  return connectRaw(target);
}

/** Small pieces, but no more than some hundred of them. */
function* toSizes(ratios: Iterator<number>, bytes: number): Generator<number> {
  for (;;) yield Math.ceil(Number(ratios.next().value) * Math.max(50, bytes / 50)) || 1;
}

function describe({ httpStatus, code, resetCode }: RawEnd): string {
  if (httpStatus !== 200) return httpStatus === undefined ? `reset ${resetCode}` : `HTTP ${httpStatus}`;
  return code ?? `reset ${resetCode}`;
}
