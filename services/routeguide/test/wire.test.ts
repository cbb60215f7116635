import { once } from 'node:events';
import { createClient } from '@streamworks/common';
import { collect, createPlainClient, gate, until } from '@streamworks/common/testing';
import { RouteGuide, type Feature, type Point, type RouteNote } from '@streamworks/proto/routeguide/route_guide';
import { startDatabases, type TestDatabases } from '@streamworks/storage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveRouteguide, shipped } from './support/serve-routeguide.js';

const SERVICE = 'routeguide.RouteGuide';
const connect = (target: string) => createPlainClient('routeguide/route_guide.proto', SERVICE, target);
const at = (latitude: number, longitude: number): Point => ({ latitude, longitude });
const world = { lo: at(-900_000_000, -1_800_000_000), hi: at(900_000_000, 1_800_000_000) };

let databases: TestDatabases;
beforeAll(async () => {
  databases = await startDatabases('sqlite');
});
afterAll(() => databases[Symbol.asyncDispose]());
const serve = (options?: Parameters<typeof serveRouteguide>[1]) => serveRouteguide(databases, options);

describe('our client', { timeout: 30_000 }, () => {
  it('gets the feature at a point, and one without a name where there is none', async () => {
    await using server = await serve();
    const client = createClient(RouteGuide, server.target);
    expect(await Promise.all(shipped.map(({ location }) => client.getFeature(location!)))).toEqual(shipped);
    for (const point of [at(0, 0), at(488_584_000, 22_945_001), at(-900_000_000, 1)]) {
      expect(await client.getFeature(point)).toEqual({ name: '', location: point });
    }
    client.$close();
  });

  it('gets the whole list in the order of its file', async () => {
    await using server = await serve();
    const client = createClient(RouteGuide, server.target);
    expect(await collect(client.listFeatures(world))).toEqual(shipped);
    client.$close();
  });

  it('gets the seconds from its first point to its half-close', async () => {
    const clock = { now: 5_000, looks: 0 };
    await using server = await serve({ now: () => ((clock.looks += 1), clock.now) });
    const client = createClient(RouteGuide, server.target);
    const more = gate();
    async function* points(): AsyncGenerator<Point> {
      yield at(0, 0);
      await more;
      yield at(0, 10_000_000);
    }
    const summary = client.recordRoute(points());
    await until(() => clock.looks === 1);
    clock.now = 12_999;
    more.open();
    expect(await summary).toEqual({ pointCount: 2, featureCount: 0, distance: 111_194, elapsedTime: 7 });
    client.$close();
  });

  it('gets no summary of a route that it cancels in its middle', async () => {
    const clock = { looks: 0 };
    await using server = await serve({ now: () => (clock.looks += 1) });
    const client = createClient(RouteGuide, server.target);
    const abort = new AbortController();
    const never = gate();
    async function* points(): AsyncGenerator<Point> {
      for (let index = 0; index < 100; index += 1) yield at(index, 0);
      await never;
    }
    const summary = client.recordRoute(points(), { signal: abort.signal });
    await until(() => clock.looks === 1);
    abort.abort();
    await expect(summary).rejects.toMatchObject({ code: 'CANCELLED' });
    await until(() => server.logs.some(({ msg }) => msg === 'call'));
    expect(server.logs.find(({ msg }) => msg === 'call')).toMatchObject({ code: 'CANCELLED', sent: 0 });
    expect(clock.looks).toBe(1); // the end of the route was never looked at
    never.open();
    client.$close();
  });

  it('gets for each of many notes that it does not wait for what the one before would have seen, too', async () => {
    await using server = await serve({ notesPerPoint: 3 });
    const client = createClient(RouteGuide, server.target);
    const points = [at(1, 1), at(-900_000_000, 0), at(0, 1_800_000_000), at(0, -1_800_000_000)];
    const notes = Array.from({ length: 400 }, (_, index) => ({
      location: points[index % points.length]!,
      message: String(index),
    }));
    const expected = notes.flatMap(({ location }, index) =>
      notes
        .slice(0, index + 1)
        .filter((note) => note.location === location)
        .slice(-3),
    );
    expect(await collect(client.routeChat(notes))).toEqual(expected);
    client.$close();
  });

  it('keeps the notes before the one that is bad, and gets their replies first', async () => {
    await using server = await serve();
    const client = createClient(RouteGuide, server.target);
    const note = (message: string): RouteNote => ({ location: at(1, 2), message });
    const replies: RouteNote[] = [];
    const reading = (async () => {
      for await (const reply of client.routeChat([note('a'), note('b'), note('c\0'), note('d')])) replies.push(reply);
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      statusMessage: 'message: may not have U+0000',
      details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [{ field: 'message' }] } }],
    });
    expect(replies).toEqual([note('a'), note('a'), note('b')]);
    expect(await collect(client.routeChat([note('e')]))).toEqual([note('a'), note('b'), note('e')]);
    client.$close();
  });
});

describe('a client that shares no code with us', { timeout: 30_000 }, () => {
  it('gets the replies to each note before it sends the next one', async () => {
    await using server = await serve();
    await using client = connect(server.target);
    const call = client.open('RouteChat');
    const received: string[] = [];
    call.on('data', ({ message }: RouteNote) => received.push(message));
    const expected: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      expected.push(...Array.from({ length: round + 1 }, (_, index) => String(index)));
      call.write({ location: at(0, 7), message: String(round) });
      await until(() => received.length === expected.length);
    }
    expect(received).toEqual(expected);
    call.end();
    expect(await once(call, 'status')).toMatchObject([{ code: 0 }]);
  });

  it('gets a list with borders, corners in any order, and a missing corner at (0, 0)', async () => {
    const points = [at(10, 10), at(0, 0), at(10, 0), at(5, 5), at(-1, 5), at(5, 11), at(5, 5)];
    const list = points.map((location, index): Feature => ({ name: index === 3 ? '' : `${index}`, location }));
    await using server = await serve({ list });
    await using client = connect(server.target);
    const inside = [0, 1, 2, 3, 6].map((index) => list[index]);
    const corners = [at(0, 0), at(10, 0), at(10, 10), at(0, 10)];
    for (const [index, lo] of corners.entries()) {
      const { code, responses } = await client.call('ListFeatures', [{ lo, hi: corners[(index + 2) % 4] }]);
      expect({ code, responses }).toEqual({ code: 'OK', responses: inside });
    }
    expect(await client.call('ListFeatures', [{ hi: at(10, 10) }])).toMatchObject({ responses: inside });
    expect(await client.call('ListFeatures', [{ lo: at(10, 10) }])).toMatchObject({ responses: inside });
    expect(await client.call('ListFeatures', [{}])).toMatchObject({ responses: [list[1]] });
  });

  it('gets zeros for an empty route and nothing for an empty chat', async () => {
    await using server = await serve();
    await using client = connect(server.target);
    const zeros = { pointCount: 0, featureCount: 0, distance: 0, elapsedTime: 0 };
    expect(await client.call('RecordRoute', [])).toMatchObject({ code: 'OK', responses: [zeros] });
    expect(await client.call('RouteChat', [])).toMatchObject({ code: 'OK', responses: [] });
  });

  it.each([
    ['GetFeature', { latitude: 900_000_001 }, 'latitude'],
    ['GetFeature', { longitude: -1_800_000_001 }, 'longitude'],
    ['ListFeatures', { lo: at(-900_000_001, 0) }, 'lo.latitude'],
    ['ListFeatures', { hi: at(0, 1_800_000_001) }, 'hi.longitude'],
    ['RecordRoute', { latitude: -2_147_483_648 }, 'latitude'],
    ['RouteChat', { location: at(0, 2_147_483_647), message: 'a' }, 'location.longitude'],
    ['RouteChat', { message: 'x'.repeat(4097) }, 'message'],
    ['RouteChat', { message: 'x\0' }, 'message'],
  ])('gets INVALID_ARGUMENT for a bad request of %s, with the field', async (method, request, field) => {
    await using server = await serve();
    await using client = connect(server.target);
    expect(await client.call(method, [request])).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(`^${field}: `),
      responses: [],
      details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [{ field }] } }],
    });
  });

  it('gets the replies to the whole notes before the one that is cut, then INTERNAL', async () => {
    await using server = await serve();
    await using client = connect(server.target);
    const note = Buffer.from([0x12, 1, 0x61]); // no location, message "a"
    const { code, responses } = await client.callRaw('RouteChat', [note, note, note.subarray(0, 2), note]);
    expect({ code, replies: responses.length }).toEqual({ code: 'INTERNAL', replies: 3 });
  });

  it('gets INTERNAL for a message that is not UTF-8, and it is not stored', async () => {
    await using server = await serve();
    await using client = connect(server.target);
    const half = Buffer.from([0x12, 3, 0xed, 0xa0, 0x80]); // half a surrogate pair
    expect(await client.callRaw('RouteChat', [half])).toMatchObject({ code: 'INTERNAL', responses: [] });
    const { responses } = await client.call('RouteChat', [{ message: 'b' }]);
    expect(responses).toMatchObject([{ message: 'b' }]);
  });

  it('finds health and reflection', async () => {
    await using server = await serve();
    await using health = createPlainClient('grpc/health/v1/health.proto', 'grpc.health.v1.Health', server.target);
    for (const service of ['', SERVICE]) {
      expect(await health.call('Check', [{ service }])).toMatchObject({ responses: [{ status: 'SERVING' }] });
    }
    const name = 'grpc.reflection.v1.ServerReflection';
    await using reflection = createPlainClient('grpc/reflection/v1/reflection.proto', name, server.target);
    const { responses } = await reflection.call('ServerReflectionInfo', [{ fileContainingSymbol: SERVICE }]);
    expect(responses[0].fileDescriptorResponse.fileDescriptorProto).toHaveLength(1);
  });
});
