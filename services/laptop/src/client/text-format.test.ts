import { expect, it } from 'vitest';
import { toTextFormat } from './text-format.js';

it('prints messages as Go does', () => {
  const filter = { maxPriceUsd: 3000, minCpuCores: 4, minCpuGhz: 2.5, minRam: { value: 8n, unit: 'GIGABYTE' } };
  expect(toTextFormat(filter)).toBe(
    'max_price_usd:3000 min_cpu_cores:4 min_cpu_ghz:2.5 min_ram:{value:8 unit:GIGABYTE}',
  );
  expect(toTextFormat({ laptopId: 'a-1', score: 8 })).toBe('laptop_id:"a-1" score:8');
  expect(toTextFormat({ laptopId: '', ratedCount: 0, averageScore: 0, value: 0n, cpu: null })).toBe('');
});
