import {
  invalidArgument,
  StatusError,
  type Context,
  type Handlers,
  type Logger,
  type RequestStream,
} from '@streamworks/common';
import type {
  LaptopService,
  RateLaptopRequest,
  RateLaptopResponse,
} from '@streamworks/proto/techschool/pcbook/laptop_service';
import { findTextProblem } from '../message-problem.js';
import type { Rating, RatingStore } from '../rating-store.js';
import { toCanonicalUuid } from '../uuid.js';

const MOST_SCORE = 1e9;

/** The most ratings that are stored together: as many of a stream as wait, since one commit costs as much as many. */
const GROUP = 128;

/** Rates laptops: a response for each rating, when it is stored. How the call is broken off is logged in the tutorial's words. */
export const createRateLaptop =
  (ratings: RatingStore): Handlers<typeof LaptopService>['rateLaptop'] =>
  async (requests, context) => {
    try {
      for await (const batch of receive(requests, context)) await rate(ratings, batch, context);
    } catch (error) {
      const line = findBreak(error);
      if (line !== undefined) context.log.info(line);
      throw error;
    }
  };

/** Stores the ratings, and answers for each in order. */
async function rate(
  ratings: RatingStore,
  batch: readonly RateLaptopRequest[],
  { write }: Pick<Context<RateLaptopResponse>, 'write'>,
): Promise<void> {
  const { group, refusal } = takeGood(batch);
  const rated = await ratings.add(group);
  for (const [index, { count, average }] of rated.entries()) {
    const laptopId = batch[index]?.laptopId ?? '';
    await write({ laptopId, ratedCount: count, averageScore: average });
  }
  const unknown = batch[rated.length];
  if (rated.length < group.length && unknown !== undefined) throw notFound(unknown.laptopId);
  if (refusal !== undefined) throw refusal;
}

/** The ratings before the first bad one, and what is wrong with that: the responses to the others come first. */
function takeGood(batch: readonly RateLaptopRequest[]): { group: Rating[]; refusal?: StatusError } {
  const group: Rating[] = [];
  for (const { laptopId, score } of batch) {
    const problem = findTextProblem(laptopId);
    if (problem !== undefined) return { group, refusal: invalidArgument('laptop_id', problem) };
    // NaN is not within anything.
    if (!(Math.abs(score) <= MOST_SCORE))
      return { group, refusal: invalidArgument('score', `${score} is not between -1e9 and 1e9`) };
    const laptop = toCanonicalUuid(laptopId);
    if (laptop === undefined) return { group, refusal: notFound(laptopId) };
    group.push({ laptop, score });
  }
  return { group };
}

function notFound(laptopId: string): StatusError {
  return new StatusError('NOT_FOUND', `laptop_id: there is no laptop ${JSON.stringify(laptopId)}`);
}

/** The requests in groups. */
async function* receive(
  requests: RequestStream<RateLaptopRequest>,
  { log }: Pick<Context, 'log'>,
): AsyncGenerator<RateLaptopRequest[]> {
  const batches = requests.batches({ max: GROUP });
  for (;;) {
    let next: IteratorResult<RateLaptopRequest[], undefined>;
    try {
      next = await batches.next();
    } catch (error) {
      throw findBreak(error) === undefined ? toReceiveError(error, log) : error;
    }
    if (next.done === true) return;
    yield next.value;
  }
}

/** What the log says of a call that its client has left, or that took too long, whatever was under way; undefined for any other end. */
function findBreak(error: unknown): string | undefined {
  const code = error instanceof StatusError ? error.code : undefined;
  if (code === 'CANCELLED') return 'request is canceled';
  return code === 'DEADLINE_EXCEEDED' ? 'deadline is exceeded' : undefined;
}

function toReceiveError(error: unknown, log: Logger): StatusError {
  if (error instanceof StatusError) {
    log.warn({ code: error.code, status: error.message }, 'cannot receive stream request');
    return error;
  }
  log.error({ err: error }, 'cannot receive stream request');
  return new StatusError('UNKNOWN', 'cannot receive stream request', { cause: error });
}
