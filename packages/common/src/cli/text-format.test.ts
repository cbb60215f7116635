import { describe, expect, it } from 'vitest';
import { toTextFormat } from './text-format.js';

describe('toTextFormat', () => {
  it.each([
    [
      { name: 'a "b"', location: { latitude: 1, longitude: -2 } },
      'name:"a \\"b\\"" location:{latitude:1 longitude:-2}',
    ],
    [{ name: '', location: { latitude: 0, longitude: 0 } }, 'location:{}'],
    [{ lo: null, hi: { latitude: 0, longitude: 5 } }, 'hi:{longitude:5}'],
    [{ pointCount: 2, featureCount: 0, distance: 7, elapsedTime: 0 }, 'point_count:2 distance:7'],
    [{ laptopId: 'a-1', name: 'DELL', score: 8 }, 'laptop_id:"a-1" name:"DELL" score:8'],
    [{ laptopId: '', ratedCount: 0, averageScore: 0, cpu: null }, ''],
    [{}, ''],
  ])('writes %j', (message, text) => {
    expect(toTextFormat(message)).toBe(text);
  });

  it('writes enums without quotes, and exact integers', () => {
    const filter = { maxPriceUsd: 3000, minCpuCores: 4, minCpuGhz: 2.5, minRam: { value: 8n, unit: 'GIGABYTE' } };
    expect(toTextFormat(filter, ['unit'])).toBe(
      'max_price_usd:3000 min_cpu_cores:4 min_cpu_ghz:2.5 min_ram:{value:8 unit:GIGABYTE}',
    );
    expect(toTextFormat({ value: 0n })).toBe('');
  });
});
