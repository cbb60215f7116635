import type { Appended, NewMessage } from './message-store.js';

type Append = (messages: readonly NewMessage[]) => Promise<Appended[]>;

/** The most messages of a group, and bytes of their contents, unless a single append has more. */
const MOST_MESSAGES = 512;
const MOST_BYTES = 1024 * 1024;

interface Waiting {
  readonly messages: readonly NewMessage[];
  resolve(appended: Appended[]): void;
  reject(error: unknown): void;
}

/** One commit costs as much as many: what comes while one is under way is appended together after it. */
export function groupAppends(append: Append): Append {
  const waiting: Waiting[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    for (let group = takeGroup(waiting); group.length > 0; group = takeGroup(waiting)) await appendGroup(append, group);
    isRunning = false;
  }

  return (messages) => {
    if (messages.length === 0) return Promise.resolve([]);
    const result = new Promise<Appended[]>((resolve, reject) => void waiting.push({ messages, resolve, reject }));
    if (!isRunning) void run();
    return result;
  };
}

/** As many as go together, one at least. */
function takeGroup(waiting: Waiting[]): Waiting[] {
  let [count, most, bytes] = [0, 0, 0];
  for (const { messages } of waiting) {
    most += messages.length;
    bytes += messages.reduce((sum, { content }) => sum + content.length, 0);
    if (count > 0 && (most > MOST_MESSAGES || bytes > MOST_BYTES)) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

async function appendGroup(append: Append, group: readonly Waiting[]): Promise<void> {
  try {
    const appended = await append(group.flatMap(({ messages }) => messages));
    let start = 0;
    for (const { messages, resolve } of group) {
      resolve(appended.slice(start, start + messages.length));
      start += messages.length;
    }
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}
