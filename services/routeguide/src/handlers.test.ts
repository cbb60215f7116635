import { collect, createTestContext, from } from '@streamworks/common/testing';
import type { Feature, Point, RouteNote } from '@streamworks/proto/routeguide/route_guide';
import { startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseNoteStore } from './database-note-store.js';
import { createFeatures } from './features.js';
import { createHandlers } from './handlers.js';
import { migrations, type NoteSchema } from './migrations.js';
import type { NoteStore } from './note-store.js';

const at = (latitude: number, longitude: number): Point => ({ latitude, longitude });
const pole: Feature = { name: 'South Pole', location: at(-900_000_000, 0) };
const marker: Feature = { name: 'Taveuni', location: at(-168_290_000, 1_800_000_000) };
const unnamed: Feature = { name: '', location: at(5, 5) };
const features = createFeatures([marker, pole, unnamed]);
const world = { lo: at(900_000_000, 1_800_000_000), hi: at(-900_000_000, -1_800_000_000) };

let databases: TestDatabases;
beforeAll(async () => {
  databases = await startDatabases('sqlite');
});
afterAll(() => databases[Symbol.asyncDispose]());

/** The handlers on an empty store; its clock stands still until it is set. */
async function create() {
  const notes = createDatabaseNoteStore(await databases.open<NoteSchema>(migrations), { notesPerPoint: 1000 });
  const clock = { now: 0 };
  return { notes, clock, handlers: createHandlers({ features, notes, now: () => clock.now }) };
}

const beyond: readonly (readonly [Point, string])[] = [
  [at(900_000_001, 0), 'latitude'],
  [at(-900_000_001, 0), 'latitude'],
  [at(0, 1_800_000_001), 'longitude'],
  [at(0, -2_147_483_648), 'longitude'],
];
const badField = (field: string) => ({
  code: 'INVALID_ARGUMENT',
  message: expect.stringMatching(`^${field.replace('.', String.raw`\.`)}: -?[0-9]+ is not between`),
  details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [expect.objectContaining({ field })] } }],
});

describe('getFeature', { timeout: 30_000 }, () => {
  it('gives the feature at the point, at the ends of the world too', async () => {
    const { handlers } = await create();
    for (const feature of [pole, marker, unnamed]) {
      expect(await handlers.getFeature(feature.location!, createTestContext())).toEqual(feature);
    }
  });

  it('gives a feature without a name where there is none', async () => {
    const { handlers } = await create();
    for (const point of [at(5, 6), at(-900_000_000, 1), at(-168_290_000, -1_800_000_000)]) {
      expect(await handlers.getFeature(point, createTestContext())).toEqual({ name: '', location: point });
    }
  });

  it.each(beyond)('refuses %j', async (point, field) => {
    const { handlers } = await create();
    expect(() => handlers.getFeature(point, createTestContext())).toThrow(expect.objectContaining(badField(field)));
  });
});

describe('listFeatures', { timeout: 30_000 }, () => {
  const list = async (rectangle: { lo: Point | null; hi: Point | null }) => {
    const context = createTestContext<Feature>();
    await (await create()).handlers.listFeatures(rectangle, context);
    return context.written;
  };

  it('gives the features inside in the order of the list, unnamed ones too', async () => {
    expect(await list(world)).toEqual([marker, pole, unnamed]);
    expect(await list({ lo: at(5, 5), hi: at(-900_000_000, 0) })).toEqual([pole, unnamed]);
    expect(await list({ lo: null, hi: at(5, 5) })).toEqual([unnamed]);
    expect(await list({ lo: null, hi: null })).toEqual([]);
  });

  it.each(beyond)('refuses %j as a corner', async (point, field) => {
    await expect(list({ lo: point, hi: null })).rejects.toMatchObject(badField(`lo.${field}`));
    await expect(list({ lo: null, hi: point })).rejects.toMatchObject(badField(`hi.${field}`));
  });
});

describe('recordRoute', { timeout: 30_000 }, () => {
  it('gives the figures of the route', async () => {
    const { handlers } = await create();
    const route = [at(-900_000_000, 0), at(5, 5), at(900_000_000, 0), at(5, 5)];
    expect(await handlers.recordRoute(from(route), createTestContext())).toEqual({
      pointCount: 4,
      featureCount: 3,
      distance: 10_007_543 + 10_007_543 + 10_007_543,
      elapsedTime: 0,
    });
  });

  it('gives zeros without a point', async () => {
    const { handlers } = await create();
    const zeros = { pointCount: 0, featureCount: 0, distance: 0, elapsedTime: 0 };
    expect(await handlers.recordRoute(from([]), createTestContext())).toEqual(zeros);
  });

  it('gives OUT_OF_RANGE for a route that is longer than an int32 has metres', async () => {
    const { handlers } = await create();
    const poleToPole = (count: number) =>
      from(Array.from({ length: count }, (_, index) => at(index % 2 === 0 ? 900_000_000 : -900_000_000, 0)));
    const longest = Math.floor((2 ** 31 - 1) / 20_015_086) + 1;
    expect(await handlers.recordRoute(poleToPole(longest), createTestContext())).toMatchObject({ pointCount: longest });
    await expect(handlers.recordRoute(poleToPole(longest + 1), createTestContext())).rejects.toMatchObject({
      code: 'OUT_OF_RANGE',
      message: `distance: ${20_015_086 * longest} does not fit in int32`,
    });
  });

  it.each(beyond)('refuses %j', async (point, field) => {
    const { handlers } = await create();
    const route = from([at(0, 0), point, at(0, 0)]);
    await expect(handlers.recordRoute(route, createTestContext())).rejects.toMatchObject(badField(field));
  });
});

describe('routeChat', { timeout: 30_000 }, () => {
  type Setup = Awaited<ReturnType<typeof create>>;
  const chat = async ({ handlers }: Setup, notes: Iterable<RouteNote>) => {
    const context = createTestContext<RouteNote>();
    await handlers.routeChat(from(notes), context);
    return context.written;
  };
  const readAll = async ({ notes }: Setup) => {
    const kept = await collect(notes.readBefore({ location: at(1, 2), message: '', number: 99 }));
    return kept.map(({ message }) => message);
  };
  const note = (message: string, location: Point | null = at(1, 2)): RouteNote => ({ location, message });

  it('gives all notes of the location for each note, the new one last', async () => {
    const setup = await create();
    expect(await chat(setup, [note('a'), note('b', at(2, 1)), note('c')])).toEqual([
      note('a'),
      note('b', at(2, 1)),
      note('a'),
      note('c'),
    ]);
    expect(await chat(setup, [note('d')])).toEqual([note('a'), note('c'), note('d')]);
    expect(await chat(setup, [])).toEqual([]);
  });

  it('takes a note without a location for one at (0, 0)', async () => {
    const setup = await create();
    await chat(setup, [note('a', null)]);
    expect(await chat(setup, [note('b', at(0, 0))])).toEqual([note('a', at(0, 0)), note('b', at(0, 0))]);
  });

  it('answers for more notes than are stored together', async () => {
    const setup = await create();
    const messages = Array.from({ length: 200 }, (_, index) => String(index));
    const replies = await chat(
      setup,
      messages.map((message) => note(message)),
    );
    expect(replies).toEqual(
      messages.flatMap((_, index) => messages.slice(0, index + 1).map((message) => note(message))),
    );
  });

  it('gives a note itself where others have pushed it out of what is kept before it is read', async () => {
    const database = await databases.open<NoteSchema>(migrations);
    const other = { location: at(1, 2), message: 'other' };
    const [notes, others] = [1000, 1].map((notesPerPoint) => createDatabaseNoteStore(database, { notesPerPoint }));
    const store: NoteStore = {
      async append(group) {
        const numbered = await notes!.append(group);
        await others!.append([other, other]);
        return numbered;
      },
      readBefore: (numbered) => notes!.readBefore(numbered),
    };
    const context = createTestContext<RouteNote>();
    await createHandlers({ features, notes: store }).routeChat(from([note('a'), note('b')]), context);
    expect(context.written).toEqual([note('a'), note('b')]);
  });

  it.each([
    ['a text of 4097 bytes', note('é'.repeat(2_048) + 'x'), 'message: has 4097 bytes, and may have 4096'],
    ['a text with U+0000', note('a\0b'), 'message: may not have U+0000'],
    [
      'a latitude beyond the pole',
      note('a', at(900_000_001, 0)),
      'location.latitude: 900000001 is not between -900000000 and 900000000',
    ],
    [
      'a longitude beyond the antimeridian',
      note('a', at(0, -1_800_000_001)),
      'location.longitude: -1800000001 is not between -1800000000 and 1800000000',
    ],
  ])('refuses %s after the replies to the notes before it, and stores nothing of it', async (_case, bad, message) => {
    const setup = await create();
    const context = createTestContext<RouteNote>();
    const call = setup.handlers.routeChat(from([note('a'), note('b'), bad, note('z')]), context);
    await expect(call).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message });
    expect(context.written).toEqual([note('a'), note('a'), note('b')]);
    expect(await readAll(setup)).toEqual(['a', 'b']);
  });

  it('takes a text of 4096 bytes', async () => {
    const longest = note('é'.repeat(2_048));
    expect(await chat(await create(), [longest])).toEqual([longest]);
  });
});
