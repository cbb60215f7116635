import { invalidArgument, StatusError, type Handlers } from '@streamworks/common';
import type { Point, RouteGuide, RouteNote, RouteSummary } from '@streamworks/proto/routeguide/route_guide';
import type { Features } from './features.js';
import type { Note, NoteStore } from './note-store.js';
import { createPace } from './pace.js';
import { findPointProblem, origin } from './point.js';
import { createRoute } from './route.js';

/** What the handlers work on. */
export interface Dependencies {
  readonly features: Features;
  readonly notes: NoteStore;
  /** Milliseconds on a clock that never goes back. Default: the clock of the process. */
  readonly now?: () => number;
}

const MESSAGE_BYTES = 4 * 1024;
const MOST_INT32 = 2 ** 31 - 1;

/** The most notes that are stored together: as many of a stream as wait, since one commit costs as much as many. */
const GROUP = 64;

/** The route guide: one method of each kind. */
export const createHandlers = ({
  features,
  notes,
  now = () => performance.now(),
}: Dependencies): Handlers<typeof RouteGuide> => ({
  getFeature(point) {
    checkPoint(point);
    return features.find(point) ?? { name: '', location: point };
  },

  async listFeatures({ lo, hi }, context) {
    checkPoint(lo ?? origin, 'lo.');
    checkPoint(hi ?? origin, 'hi.');
    const pace = createPace();
    for (const feature of features.inside({ lo, hi })) {
      const written = context.write(feature);
      if (written !== undefined) await written;
      if (pace.isDue()) await pace.nextTurn();
    }
  },

  async recordRoute(points) {
    const route = createRoute({ hasFeature: (point) => features.find(point) !== undefined, now });
    for await (const batch of points.batches()) {
      for (const point of batch) {
        checkPoint(point);
        route.add(point);
      }
    }
    const summary = route.summarize();
    checkSummary(summary);
    return summary;
  },

  async routeChat(requests, context) {
    for await (const batch of requests.batches({ max: GROUP })) {
      const { group, refusal } = takeGood(batch);
      for (const note of await notes.append(group)) {
        const { location } = note;
        for await (const { message } of notes.readBefore(note)) await context.write({ location, message });
        await context.write({ location, message: note.message });
      }
      if (refusal !== undefined) throw refusal;
    }
  },
});

/** The notes before the first bad one, and what is wrong with that: the replies to the others come first. */
function takeGood(batch: readonly RouteNote[]): { group: Note[]; refusal?: StatusError } {
  const group: Note[] = [];
  for (const { location: given, message } of batch) {
    const location = given ?? origin;
    const refusal = findPointRefusal(location, 'location.') ?? findMessageRefusal(message);
    if (refusal !== undefined) return { group, refusal };
    group.push({ location, message });
  }
  return { group };
}

function checkPoint(point: Point, parent = ''): void {
  const refusal = findPointRefusal(point, parent);
  if (refusal !== undefined) throw refusal;
}

function findPointRefusal(point: Point, parent: string): StatusError | undefined {
  const problem = findPointProblem(point);
  return problem && invalidArgument(`${parent}${problem.field}`, problem.description);
}

function findMessageRefusal(message: string): StatusError | undefined {
  const bytes = Buffer.byteLength(message);
  if (bytes > MESSAGE_BYTES) return invalidArgument('message', `has ${bytes} bytes, and may have ${MESSAGE_BYTES}`);
  return message.includes('\0') ? invalidArgument('message', 'may not have U+0000') : undefined;
}

function checkSummary(summary: RouteSummary): void {
  for (const [field, value] of Object.entries(summary)) {
    if (value > MOST_INT32) throw new StatusError('OUT_OF_RANGE', `${field}: ${value} does not fit in int32`);
  }
}
