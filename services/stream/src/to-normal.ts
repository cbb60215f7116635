import type { Random } from '@streamworks/common';

/** Numbers of the standard normal distribution: https://en.wikipedia.org/wiki/Box–Muller_transform */
export function toNormal(random: Random): Random {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
