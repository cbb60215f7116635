import type { Handler } from '@streamworks/common';
import type { CreateUserError, StreamServiceMethods, User } from '@streamworks/proto/stream_service';
import { findUserProblem, quote } from '../user.js';
import type { Creation, UserStore } from '../user-store.js';

/** The most users of one transaction: its statements share the event loop with every other call. */
const BATCH = 250;

/** The most users who are named in the response; further ones are in none of its figures. */
const MOST_ERRORS = 1000;

const reasons: Readonly<Record<Exclude<Creation, 'created' | 'unchanged'>, (user: User) => string>> = {
  'email-taken': ({ email }) => `email: ${quote(email)} is taken`,
  'id-taken': ({ id }) => `id: ${id} is taken`,
  'no-id-left': () => 'id: there is none left that could be given',
};

/**
 * Creates users as they arrive, those that have arrived together in one transaction. What cannot be created is counted and
 * passed by; batches that are written stay, whatever the end of the call.
 */
export const createCreateUsers =
  (users: UserStore): Handler<StreamServiceMethods['createUsers']> =>
  async (requests) => {
    const result = { created: 0n, unchanged: 0n, errors: [] as CreateUserError[] };
    let index = 0n;
    for await (const batch of requests.batches({ max: BATCH })) {
      const problems = batch.map(findUserProblem);
      const creations = (await users.create(batch.filter((_, place) => problems[place] === undefined))).values();
      for (const [place, user] of batch.entries()) {
        const problem = problems[place];
        const creation = problem === undefined ? creations.next().value : undefined;
        if (creation === 'created') result.created += 1n;
        else if (creation === 'unchanged') result.unchanged += 1n;
        else if (result.errors.length < MOST_ERRORS) {
          const reason = creation === undefined ? (problem ?? '') : reasons[creation](user);
          result.errors.push({ index: index + BigInt(place), reason });
        }
      }
      index += BigInt(batch.length);
    }
    return result;
  };
