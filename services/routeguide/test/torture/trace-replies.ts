import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@streamworks/common';
import { startProcess, until } from '@streamworks/common/testing';
import { RouteGuide } from '@streamworks/proto/routeguide/route_guide';
import { createFolder, main } from './start-routeguide.js';

/** What the system calls of a service have shown. */
export interface TraceCounts {
  /** Replies whose way to the disk and to the client was seen. */
  readonly replies: number;
  /** How often the service waited for the disk. */
  readonly syncs: number;
  /** Replies that were sent before their note was on disk. */
  readonly early: number;
}

/** A text of a system call that is this long is shown whole. */
const SHOWN_BYTES = 16_384;
const START_LIMIT_MS = 60_000;

/** Leaves notes, some by themselves and some many at once, while the system calls of the service are written down. */
export async function traceReplies(count: number): Promise<TraceCounts> {
  await using folder = await createFolder();
  const trace = join(folder.path, 'trace');
  const calls = 'trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg';
  // With -D the program is our own child, and gets our signals.
  const strace = ['strace', '-D', '-f', '-s', String(SHOWN_BYTES), '-yy', '-e', calls, '-o', trace] as const;
  const env = { DATA_DIR: folder.path, ROUTEGUIDE_PORT: '0', ROUTEGUIDE_METRICS_PORT: 'off' };
  await using service = startProcess([...strace, process.execPath, main], { env });
  const listening = /"port":(\d+).*"msg":"listening"|"msg":"listening".*"port":(\d+)/;
  await until(() => listening.test(service.stdout), START_LIMIT_MS);
  const [, first, second] = listening.exec(service.stdout) ?? [];
  await leaveNotes(`127.0.0.1:${first ?? second}`, count);
  service.kill('SIGTERM');
  await service.ended;
  let lines: string[] = [];
  await until(async () => {
    lines = (await readFile(trace, 'utf8')).split('\n');
    return lines.at(-2)?.endsWith('+++ exited with 0 +++') === true; // the process, after all its threads
  });
  return judge(lines, count);
}

/** Each at a point of its own, so that a reply is one message and has one place in the trace. */
async function leaveNotes(target: string, count: number): Promise<void> {
  const client = createClient(RouteGuide, target);
  const notes = Array.from({ length: count }, (_, index) => ({
    location: { latitude: index, longitude: 0 },
    message: toMessage(index),
  }));
  const alone = Math.floor(count / 2);
  for (const note of notes.slice(0, alone)) for await (const _ of client.routeChat([note]));
  for await (const _ of client.routeChat(notes.slice(alone)));
  client.$close();
}

function toMessage(index: number): string {
  return `<note ${index}>`;
}

/** A note goes to the log of the database, then the log to the disk, then the reply to the client. */
function judge(lines: readonly string[], count: number): TraceCounts {
  const isSync = (line: string): boolean => /\bf(data)?sync\(\d+<[^>]*\.db-wal>/.test(line);
  const syncs = lines.flatMap((line, index) => (isSync(line) ? [index] : []));
  let replies = 0;
  let early = 0;
  for (let index = 0; index < count; index += 1) {
    const message = toMessage(index);
    const stored = lines.findIndex((line) => /\bpwrite64\(\d+<[^>]*\.db-wal>/.test(line) && line.includes(message));
    const replied = lines.findIndex(
      (line) => /\b(write|writev|sendto|sendmsg)\(\d+<TCP/.test(line) && line.includes(message),
    );
    if (stored === -1 || replied === -1) continue;
    replies += 1;
    if (!syncs.some((sync) => sync > stored && sync < replied)) early += 1;
  }
  return { replies, syncs: syncs.length, early };
}
