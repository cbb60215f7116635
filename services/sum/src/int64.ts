/** Whether an integer fits in 64 bits with a sign. */
export function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}
