import type { Metadata } from '@grpc/grpc-js';

/** The first value of a key, as text; undefined where there is none. Keys that end in `-bin` have bytes: `readBytes`. */
export function readText<Key extends string>(
  metadata: Metadata,
  key: Key extends `${string}-bin` ? never : Key,
): string | undefined {
  return metadata.get(key)[0]?.toString();
}

/** The first value of a key that ends in `-bin`; undefined where there is none. */
export function readBytes(metadata: Metadata, key: `${string}-bin`): Buffer | undefined {
  const [value] = metadata.get(key);
  return value === undefined ? undefined : Buffer.from(value);
}
