import { kinds, type Kind } from '../../test/support/four-kinds.js';
import type { Holdings } from '../support/holdings.js';

/** How calls are broken off. */
const aborts = ['cancel', 'deadline', 'cut', 'fail', 'early'] as const;
export type Abort = (typeof aborts)[number];

/** Of one kind, all over one connection: what holds on to calls while it stands would show. */
export const ONE_CONNECTION = 'fail on one connection';

/** Calls of one kind that are broken off in one way. */
export interface LeakRow {
  readonly kind: Kind | 'one long call';
  readonly abort: Abort | typeof ONE_CONNECTION | 'none';
}

export const leakRows: readonly LeakRow[] = [
  ...aborts.flatMap((abort) => kinds.map((kind) => ({ kind, abort }))),
  ...kinds.map((kind) => ({ kind, abort: ONE_CONNECTION }) as const),
  { kind: 'one long call', abort: 'none' },
];

/** What a process that looks for leaks is told. */
export interface LeakPlan {
  readonly directHttp2: boolean;
  readonly count: number;
  readonly rows: readonly LeakRow[];
}

/** What so many calls of one kind, broken off in one way, have left. */
export interface LeakReport extends LeakRow {
  readonly calls: number;
  readonly before: Holdings;
  readonly after: Holdings;
}
