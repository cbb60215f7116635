import type { Database, PageQuery } from '@streamworks/storage';
import { appendMessages } from './message-store-append.js';
import { groupAppends } from './group-appends.js';
import type { MessageStore, Range, Topic } from './message-store.js';
import { toStored } from './message-row.js';
import type { ChatSchema } from './migrations.js';
import { trimMessages } from './message-store-trim.js';

type MessageRow = ChatSchema['message'];

/** What is said to other processes, and in this one, after an append. */
const CHANNEL = 'chat_message';

const MOST_SEQUENCE = 2n ** 63n - 1n;

/** The messages that one index has in order. */
type Source =
  | { readonly column: 'target'; readonly kind: MessageRow['kind']; readonly value: string }
  /** But for those to oneself, which the other column has. */
  | { readonly column: 'sender'; readonly kind: 'direct'; readonly value: string };

/** Keeps the messages in a database, which several instances may share. */
export function createDatabaseMessageStore(
  database: Database<ChatSchema>,
  { now = Date.now }: { readonly now?: () => number } = {},
): MessageStore {
  return {
    append: groupAppends((messages) =>
      database.transaction((transaction) => appendMessages(transaction, messages, BigInt(now())), { notify: CHANNEL }),
    ),

    async *read(topic, { after, upTo = MOST_SEQUENCE }) {
      const rows = database.pages<MessageRow>((last) =>
        createQuery(database, topic, { after: last?.sequence ?? after, upTo }),
      );
      for await (const row of rows) yield toStored(row);
    },

    async readLast() {
      const { last_sequence: last } = await database.query
        .selectFrom('log')
        .select('last_sequence')
        .executeTakeFirstOrThrow();
      return last;
    },

    onAppend: (listener) => database.listen(CHANNEL, listener),
    trim: (retention, signal) => trimMessages(database, retention, signal),
  };
}

/** The rows of a topic: each source gives as many as a page may have, in order, so that no index is read to its end. */
function createQuery(
  database: Database<ChatSchema>,
  topic: Topic,
  { after, upTo }: Required<Range>,
): PageQuery<MessageRow> {
  const range = database.query
    .selectFrom('message')
    .selectAll()
    .where('sequence', '>', after)
    .where('sequence', '<=', upTo)
    .orderBy('sequence');
  if (topic.kind === 'all') return range;
  return {
    limit(count) {
      const parts = toSources(topic).map(({ column, kind, value }) => {
        const part = range.where('kind', '=', kind).where(column, '=', value).limit(count);
        return column === 'sender' ? part.where('target', '!=', value) : part;
      });
      const [first, ...others] = parts.map((part) => database.query.selectFrom(part.as('part')).selectAll());
      if (first === undefined) return range.limit(0);
      return others
        .reduce((query, other) => query.unionAll(other), first)
        .orderBy('sequence')
        .limit(count);
    },
  };
}

function toSources(topic: Exclude<Topic, { readonly kind: 'all' }>): Source[] {
  if (topic.kind === 'rooms') {
    return [...new Set(topic.rooms)].map((room) => ({ column: 'target', kind: 'room', value: room }));
  }
  const inbox: Source = { column: 'target', kind: 'direct', value: topic.user };
  return topic.kind === 'inbox' ? [inbox] : [inbox, { column: 'sender', kind: 'direct', value: topic.user }];
}
