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

/** What the first bytes of each are, to the last bit: file-type is satisfied with less, and looks past what precedes them. */
const signatures: Readonly<Record<ImageType, (beginning: string) => boolean>> = {
  png: (text) => text.startsWith('\x89PNG\r\n\x1a\n') && text.startsWith('IHDR', 12),
  jpg: (text) => /^\xff\xd8\xff[\xc0-\xfe]/.test(text), // the last is the code of a marker
  gif: (text) => /^GIF8[79]a/.test(text),
  webp: (text) => /^RIFF[^]{4}WEBPVP8[ LX]/.test(text),
};
const LONGEST_SIGNATURE = 16;

/** The type that the bytes begin as; undefined for any other, also where they only come to be an image after other bytes. */
export async function sniffImageType(bytes: Uint8Array): Promise<ImageType | undefined> {
  const found = await fileTypeFromBuffer(bytes);
  const type = found && find(byContent, found.ext);
  if (type === undefined) return undefined;
  const beginning = Buffer.from(bytes.subarray(0, LONGEST_SIGNATURE)).toString('latin1');
  return signatures[type](beginning) ? type : undefined;
}

function find(types: Readonly<Record<string, ImageType>>, name: string): ImageType | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined;
}
