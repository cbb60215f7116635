import { fileTypeFromBuffer } from 'file-type';

/** The types of images that are taken, by the ending that a file of it has. */
export type ImageType = 'png' | 'jpg' | 'gif' | 'webp';

const byName: Readonly<Record<string, ImageType>> = { png: 'png', jpg: 'jpg', jpeg: 'jpg', gif: 'gif', webp: 'webp' };

/** What file-type calls an animated image, besides. */
const byContent: Readonly<Record<string, ImageType>> = { ...byName, apng: 'png' };

/** The names that a client may give. */
export const imageTypeNames: readonly string[] = Object.keys(byName);

/** The type that a client names, in any case, with or without a dot; undefined for any other. */
export function readImageType(text: string): ImageType | undefined {
  const [, name = ''] = /^\.?([a-z]{3,4})$/i.exec(text) ?? [];
  return find(byName, name.toLowerCase());
}

/** The type that the bytes begin as; undefined for any other. */
export async function sniffImageType(bytes: Uint8Array): Promise<ImageType | undefined> {
  const found = await fileTypeFromBuffer(bytes);
  return found && find(byContent, found.ext);
}

function find(types: Readonly<Record<string, ImageType>>, name: string): ImageType | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined;
}
