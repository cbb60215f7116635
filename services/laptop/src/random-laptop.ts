import type { Random } from '@streamworks/common';
import type { CPU, GPU, Laptop, Screen, Storage } from '@streamworks/proto/techschool/pcbook/laptop_message';
import { pick, pickInteger, pickNumber, pickUuid } from './pick.js';

/** Who makes something, and what it is called. */
interface Maker {
  readonly brand: string;
  readonly names: readonly [string, ...string[]];
}
type Makers = readonly [Maker, ...Maker[]];

const models: Makers = [
  { brand: 'Apple', names: ['MacBook Air', 'MacBook Pro'] },
  { brand: 'Dell', names: ['Latitude', 'Vostro', 'XPS', 'Alienware'] },
  { brand: 'Lenovo', names: ['ThinkPad X1', 'ThinkPad P1', 'Legion'] },
  { brand: 'Framework', names: ['Laptop 13', 'Laptop 16'] },
];
const processors: Makers = [
  { brand: 'Intel', names: ['Core i5-1340P', 'Core i7-1370P', 'Core i9-13980HX', 'Xeon E-2286M'] },
  { brand: 'AMD', names: ['Ryzen 5 7640U', 'Ryzen 7 7840HS', 'Ryzen 9 7945HX'] },
];
const graphics: Makers = [
  { brand: 'NVIDIA', names: ['RTX 4050', 'RTX 4060', 'RTX 4070', 'RTX 4090'] },
  { brand: 'AMD', names: ['RX 7600M', 'RX 7700S', 'RX 7900M'] },
];

/** A laptop that there could be, in the order that the source gives; with an id, and with the time of its description. */
export function toRandomLaptop(random: Random, now: Date): Laptop {
  const { brand, names } = pick(random, models);
  return {
    id: pickUuid(random),
    brand,
    name: pick(random, names),
    cpu: toCpu(random),
    ram: { value: BigInt(2 ** pickInteger(random, 2, 6)), unit: 'GIGABYTE' },
    gpus: random() < 0.5 ? [] : [toGpu(random)],
    storages: toStorages(random),
    screen: toScreen(random),
    keyboard: { layout: pick(random, ['QWERTY', 'QWERTZ', 'AZERTY']), backlit: random() < 0.8 },
    weightKg: pickNumber(random, 1, 3),
    weight: 'weightKg',
    priceUsd: pickNumber(random, 800, 4000),
    releaseYear: pickInteger(random, 2019, 2025),
    updatedAt: { seconds: BigInt(Math.floor(now.getTime() / 1_000)), nanos: now.getMilliseconds() * 1_000_000 },
  };
}

/** A score as the tutorial's client gives it: a whole number from 1 to 10. */
export function toRandomScore(random: Random): number {
  return pickInteger(random, 1, 10);
}

function toCpu(random: Random): CPU {
  const { brand, names } = pick(random, processors);
  const cores = pick(random, [4, 6, 8, 10, 12, 16, 24]);
  const minGhz = pickNumber(random, 1.8, 3.5, 1);
  const maxGhz = pickNumber(random, minGhz, 5.8, 1);
  return { brand, name: pick(random, names), numberCores: cores, numberThreads: cores * 2, minGhz, maxGhz };
}

function toGpu(random: Random): GPU {
  const { brand, names } = pick(random, graphics);
  const minGhz = pickNumber(random, 1, 1.5, 1);
  const memory = { value: BigInt(pickInteger(random, 2, 8) * 2), unit: 'GIGABYTE' } as const;
  return { brand, name: pick(random, names), minGhz, maxGhz: pickNumber(random, minGhz, 2.5, 1), memory };
}

function toStorages(random: Random): Storage[] {
  const ssd: Storage = {
    driver: 'SSD',
    memory: { value: BigInt(2 ** pickInteger(random, 7, 11)), unit: 'GIGABYTE' },
  };
  if (random() < 0.7) return [ssd];
  return [ssd, { driver: 'HDD', memory: { value: BigInt(pickInteger(random, 1, 6)), unit: 'TERABYTE' } }];
}

function toScreen(random: Random): Screen {
  const height = pick(random, [1080, 1200, 1600, 2160]);
  return {
    sizeInch: pick(random, [13.5, 14, 15.5, 16, 17]), // which a float has exactly
    resolution: { width: Math.round((height * 16) / 10), height },
    panel: pick(random, ['IPS', 'OLED']),
    multitouch: random() < 0.3,
  };
}
