import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '@streamworks/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toDistance } from './route.js';
import { readFeatures } from './read-features.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamworks-features-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const write = (text: string): string => {
  const path = join(folder, 'features.json');
  writeFileSync(path, text);
  return path;
};
const readError = (path: string): string => {
  try {
    readFeatures(path);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  return '';
};

describe('readFeatures', () => {
  it('reads the shape of the tutorial', () => {
    const path = write(`[{
      "location": { "latitude": 407838351, "longitude": -746143763 },
      "name": "Patriots Path, Mendham, NJ 07945, USA"
    }, { "location": { "latitude": -900000000, "longitude": 1800000000 }, "name": "", "height": 2835 }]`);
    expect(readFeatures(path)).toEqual([
      { name: 'Patriots Path, Mendham, NJ 07945, USA', location: { latitude: 407_838_351, longitude: -746_143_763 } },
      { name: '', location: { latitude: -900_000_000, longitude: 1_800_000_000 } },
    ]);
    expect(readFeatures(write('[]'))).toEqual([]);
    expect(readFeatures(write('\uFEFF[]'))).toEqual([]);
  });

  it.each([
    ['{}', 'is no JSON array'],
    ['null', 'is no JSON array'],
    ['[null]', 'entry 1: is no object'],
    ['[{"name": ""}]', 'entry 1: location is no object'],
    ['[{"location": {"latitude": 1, "longitude": 1}}]', 'entry 1: name is no text'],
    ['[{"name": "\\ud800", "location": {}}]', 'entry 1: name has half a surrogate pair'],
    [`[{"name": "${'é'.repeat(2_049)}", "location": {}}]`, 'entry 1: name has 4098 bytes, and may have 4096'],
    ['[{"name": "", "location": {"longitude": 1}}]', 'entry 1: location.latitude is no integer'],
    ['[{"name": "", "location": {"latitude": 1, "longitude": 1.5}}]', 'entry 1: location.longitude is no integer'],
    ['[{"name": "", "location": {"latitude": 1, "longitude": "1"}}]', 'entry 1: location.longitude is no integer'],
    [
      '[{"name": "", "location": {"latitude": 1, "longitude": 1}}, {"name": "", "location": {"latitude": 900000001, "longitude": 1}}, 0]',
      'entry 2: location.latitude 900000001 is not between -900000000 and 900000000',
    ],
  ])('refuses %s', (text, problem) => {
    const path = write(text);
    expect(readError(path)).toBe(`ROUTEGUIDE_FEATURES: ${path}: ${problem}`);
  });

  it('says in one line that a file is no JSON', () => {
    const path = write('[{\n  "name": x\n}]');
    expect(readError(path)).toMatch(/^ROUTEGUIDE_FEATURES: .*features\.json: is no JSON: .*$/);
  });

  it('says that a file is not there, or is none', () => {
    const missing = join(folder, 'nowhere.json');
    expect(readError(missing)).toBe(`ROUTEGUIDE_FEATURES: ${missing}: cannot be read: there is no such file`);
    expect(readError(folder)).toBe(`ROUTEGUIDE_FEATURES: ${folder}: cannot be read: EISDIR`);
  });
});

describe('the list that ships with the service', () => {
  const features = readFeatures(fileURLToPath(new URL('../features.json', import.meta.url)));

  it('has several hundred places, each at a point and with a name of its own', () => {
    expect(features.length).toBeGreaterThanOrEqual(300);
    const points = features.map(({ location }) => `${location!.latitude} ${location!.longitude}`);
    expect(new Set(points).size).toBe(features.length);
    expect(new Set(features.map(({ name }) => name.toLowerCase())).size).toBe(features.length);
    for (const { name } of features) expect(name).toMatch(/^[\p{L}\p{N}][\p{L}\p{M}\p{N} .,'’–/°ʻ-]+$/u);
    expect(points).not.toContain('0 0'); // the tutorial's client shows there that there may be nothing
  });

  it('is on every continent, on both sides of all meridians, and at the poles', () => {
    const octants = features.map(({ location }) => {
      const { latitude, longitude } = location!;
      return `${Math.sign(latitude)} ${Math.floor(longitude / 900_000_001)}`;
    });
    expect(new Set(octants).size).toBe(8);
    for (const latitude of [-900_000_000, 900_000_000]) {
      expect(features.some(({ location }) => location!.latitude === latitude)).toBe(true);
    }
  });

  // From other sources than the list.
  it.each([
    ['Royal Observatory, Greenwich', 51.4769, -0.0005],
    ['Amundsen–Scott South Pole Station', -90, 0],
    ['Taveuni, 180° Meridian Marker', -16.829, 180],
    ['Null Island Buoy', 0, 0],
    ['Alert, Nunavut', 82.5014, -62.3389],
    ['Ushuaia', -54.8072, -68.3044],
    ['Eiffel Tower', 48.85822, 2.2945],
    ['Mount Everest', 27.98833, 86.92528],
    ['Statue of Liberty', 40.68917, -74.04444],
    ['Golden Gate Bridge', 37.81972, -122.47861],
    ['Christ the Redeemer', -22.95194, -43.21056],
    ['Sydney Opera House', -33.85861, 151.21389],
    ['Tokyo Station', 35.68139, 139.76611],
    ['Taj Mahal', 27.175, 78.04194],
    ['Paranal Observatory', -24.62722, -70.40417],
  ])('has %s within two kilometres', (name, latitude, longitude) => {
    const found = features.find((feature) => feature.name === name);
    expect(found).toBeDefined();
    const place = { latitude: Math.round(latitude * 1e7), longitude: Math.round(longitude * 1e7) };
    expect(toDistance(found!.location!, place)).toBeLessThan(2_000);
  });
});
