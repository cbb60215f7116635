import { describe, expect, it } from 'vitest';
import type { Handlers, ServiceConfig } from '../../src/index.js';
import type { TestServer } from '../../src/testing/index.js';
import { kinds, type FourKinds, type Kind } from './four-kinds.js';
import { pairs, type Pair } from './pairs.js';
import { callWith, type CallEnd, type TestCallOptions } from './test-call.js';

type FourHandlers = Handlers<typeof FourKinds>;

/** A whole call and what is to come of it. */
export interface Cell<K extends Kind> extends TestCallOptions {
  /** The official interop case that this is, where there is one. */
  readonly interop?: string;
  readonly handler: FourHandlers[K];
  readonly requests: readonly string[];
  /** What the caller is to get; OK where no code is named. */
  readonly expected: Partial<CallEnd>;
  readonly config?: Partial<ServiceConfig>;
}

/** One row of the matrix: a cell for each kind, or the reason why that kind has none. */
export type Row = { readonly [K in Kind]: Cell<K> | string };

/** Runs the cells of an ending with every pair of server and client. */
export function describeEnding(name: string, row: Row): void {
  describe(name, () => {
    for (const kind of kinds) {
      const cell = row[kind];
      if (typeof cell === 'string') continue;
      const { interop, handler, requests, expected, config } = cell;
      describe(interop === undefined ? kind : `${kind} (${interop})`, () => {
        itForEachPair(async (pair) => {
          const server = await pair.serve({ [kind]: handler }, config);
          await using client = pair.connect(server.target);
          const end = await callWith(client, kind, requests, cell);
          expect(end).toMatchObject({ code: 'OK', ...expected });
          await expectNothingOpen(server);
        });
      });
    }
  });
}

/** Runs one body for every pair, and for every kind that is named. */
export function describeCells(
  name: string,
  some: readonly Kind[],
  body: (pair: Pair, kind: Kind) => Promise<void>,
): void {
  describe(name, () => {
    for (const kind of some) describe(kind, () => itForEachPair((pair) => body(pair, kind)));
  });
}

function itForEachPair(body: (pair: Pair) => Promise<void>): void {
  for (const pair of pairs) it.concurrent(pair.name, () => body(pair));
}

/** Nothing is left of the calls: the server has none, and its connections close at once, not with the grace period. */
export async function expectNothingOpen(server: TestServer): Promise<void> {
  const started = performance.now();
  await server.stop();
  expect(server.logs).toContainEqual(expect.objectContaining({ msg: 'draining', openCalls: 0 }));
  expect(performance.now() - started, 'a stream was still open').toBeLessThan(900);
}
