import type { Handler } from '@streamworks/common';
import type { StreamServiceMethods } from '@streamworks/proto/stream_service';
import type { UserStore } from '../user-store.js';

const DEFAULT_PAGE = 10;
const LARGEST_PAGE = 1000;

/** Sends all users by their number, read page by page as the client takes them. */
export const createGetUserList =
  (users: UserStore): Handler<StreamServiceMethods['getUserList']> =>
  async ({ pageSize: wanted }, context) => {
    const pageSize = wanted <= 0 ? DEFAULT_PAGE : Math.min(wanted, LARGEST_PAGE);
    for await (const user of users.list({ pageSize })) {
      const written = context.write(user);
      if (written !== undefined) await written; // a million users are a million promises less
    }
  };
