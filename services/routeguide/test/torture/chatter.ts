import { randomUUID } from 'node:crypto';
import { CallError, createClient } from '@streamworks/common';
import { gate } from '@streamworks/common/testing';
import { RouteGuide, type Point, type RouteNote } from '@streamworks/proto/routeguide/route_guide';

/** Who leaves notes at one point, and remembers all that was said in return. */
export interface Chatter {
  readonly location: Point;
  /** The replies to each note that was answered: the messages that were there, this note last. */
  readonly replays: readonly (readonly string[])[];
  /** The replies to the note that was not answered whole. */
  readonly rest: readonly string[];
  /** Resolves at the end of the call, whatever it was. */
  readonly ended: Promise<void>;
  /** Sends no more notes. */
  stop(): void;
}

export interface ChatterOptions {
  readonly target: string;
  readonly location: Point;
  /** Different for each chatter. */
  readonly name: string;
  /** Whether a note waits for the replies to the one before it. */
  readonly waits: boolean;
  /** How many notes, at most. */
  readonly count?: number;
}

/** Begins to leave notes. They are all different, so that one that comes back is known. */
export function startChatter({ target, location, name, waits, count = Infinity }: ChatterOptions): Chatter {
  const client = createClient(RouteGuide, target);
  const replays: string[][] = [];
  let rest: string[] = [];
  let answered = gate();
  let stopped = false;
  const toMessage = (index: number): string => `${name} ${index}`;

  async function* toNotes(): AsyncGenerator<RouteNote> {
    for (let index = 0; index < count && !stopped; index += 1) {
      answered = gate();
      yield { location, message: toMessage(index) };
      if (waits) await answered;
    }
  }

  async function chat(): Promise<void> {
    try {
      for await (const { message } of client.routeChat(toNotes())) {
        rest.push(message);
        if (message !== toMessage(replays.length)) continue;
        replays.push(rest);
        rest = [];
        answered.open();
      }
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
    } finally {
      client.$close();
    }
  }

  return {
    location,
    replays,
    get rest() {
      return rest;
    },
    ended: chat(),
    stop() {
      stopped = true;
      answered.open();
    },
  };
}

/** Leaves one more note at a point; the messages that were there, this one last. */
export async function readMessages(target: string, location: Point): Promise<string[]> {
  const reader = startChatter({ target, location, name: randomUUID(), waits: false, count: 1 });
  await reader.ended;
  const [messages] = reader.replays;
  if (messages === undefined) throw new Error('a note was not answered');
  return [...messages];
}

/** Whether some messages are the first of all of them. */
export function isPrefix(some: readonly string[], all: readonly string[]): boolean {
  return some.length <= all.length && some.every((message, index) => message === all[index]);
}
