import { invalidArgument, StatusError, type Handlers, type RequestStream } from '@streamworks/common';
import type { ImageInfo, LaptopService, UploadImageRequest } from '@streamworks/proto/techschool/pcbook/laptop_service';
import { createImageBuffer, type ImageBuffer } from '../image-buffer.js';
import type { ImageMemory } from '../image-memory.js';
import type { ImageStore } from '../image-store.js';
import { imageTypeNames, readImageType, sniffImageType, type ImageType } from '../image-type.js';
import type { LaptopStore } from '../laptop-store.js';
import { findTextProblem } from '../message-problem.js';
import { toCanonicalUuid } from '../uuid.js';

/** What images are received with. */
export interface UploadImageDependencies {
  readonly laptops: LaptopStore;
  readonly images: ImageStore;
  /** The most bytes of an image. */
  readonly imageLimit: number;
  /** That of all images that are being received. */
  readonly imageMemory: ImageMemory;
}

/** What the first message has said. */
interface Announced {
  /** The UUID of the laptop, in the canonical form. */
  readonly laptop: string;
  readonly type: ImageType;
}

/** Receives an image, and stores it when all of it has come. */
export const createUploadImage =
  ({
    laptops,
    images,
    imageLimit,
    imageMemory,
  }: UploadImageDependencies): Handlers<typeof LaptopService>['uploadImage'] =>
  async (requests, { signal }) => {
    const buffer = createImageBuffer({ limit: imageLimit, memory: imageMemory });
    try {
      const announced = await receive(requests, { laptops, buffer, imageLimit });
      const bytes = buffer.toBytes();
      await checkType(bytes, announced.type);
      const id = await images.save({ ...announced, bytes }, signal).catch(rethrowFull);
      return { id, size: bytes.byteLength };
    } finally {
      buffer.release();
    }
  };

interface Receiving extends Pick<UploadImageDependencies, 'laptops' | 'imageLimit'> {
  readonly buffer: ImageBuffer;
}

/** Collects the image; gives what the first message has said of it. */
async function receive(
  requests: RequestStream<UploadImageRequest>,
  { laptops, buffer, imageLimit }: Receiving,
): Promise<Announced> {
  let announced: Announced | undefined;
  for await (const request of requests) {
    if (announced === undefined) announced = await readInfo(request, laptops);
    else append(buffer, request, imageLimit);
  }
  if (announced === undefined) throw invalidArgument('data', 'the stream is empty: the first message is info');
  if (buffer.size === 0) throw invalidArgument('chunk_data', 'the image has no data');
  return announced;
}

async function readInfo({ info }: UploadImageRequest, laptops: LaptopStore): Promise<Announced> {
  if (info === undefined || info === null) throw invalidArgument('data', 'the first message must be info');
  const type = readType(info);
  const problem = findTextProblem(info.laptopId);
  if (problem !== undefined) throw invalidArgument('info.laptop_id', problem);
  const laptop = toCanonicalUuid(info.laptopId);
  if (laptop !== undefined && (await laptops.has(laptop))) return { laptop, type };
  throw invalidArgument('info.laptop_id', `there is no laptop ${JSON.stringify(info.laptopId)}`);
}

function readType({ imageType }: ImageInfo): ImageType {
  const type = readImageType(imageType);
  if (type !== undefined) return type;
  throw invalidArgument('info.image_type', `is none of ${imageTypeNames.join(', ')}`);
}

function append(buffer: ImageBuffer, { data, chunkData }: UploadImageRequest, limit: number): void {
  if (data === 'info') throw invalidArgument('data', 'info comes once, as the first message');
  if (chunkData === undefined) throw invalidArgument('data', 'the message has neither info nor chunk_data');
  const size = buffer.size + chunkData.byteLength;
  if (size > limit) throw tooLarge(size, limit);
  if (buffer.append(chunkData)) return;
  // No waiting: those that have begun would wait for each other.
  throw new StatusError('RESOURCE_EXHAUSTED', 'too many images are being received: try again in 1 s', {
    details: [{ type: 'google.rpc.RetryInfo', value: { retryDelay: { seconds: 1n } } }],
  });
}

/** With the tutorial's words. */
function tooLarge(size: number, limit: number): StatusError {
  const description = `image is too large: ${size} > ${limit}`;
  return new StatusError('INVALID_ARGUMENT', description, {
    details: [{ type: 'google.rpc.BadRequest', value: { fieldViolations: [{ field: 'chunk_data', description }] } }],
  });
}

async function checkType(bytes: Uint8Array, announced: ImageType): Promise<void> {
  const type = await sniffImageType(bytes);
  if (type === announced) return;
  const found = type === undefined ? `no image of ${imageTypeNames.join(', ')}` : `of the type ${type}`;
  throw invalidArgument('info.image_type', `says ${announced}, and the data is ${found}`);
}

function rethrowFull(error: unknown): never {
  const { code } = error as NodeJS.ErrnoException; // of a folder; a database says it by itself
  if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
  throw new StatusError('RESOURCE_EXHAUSTED', 'there is no space left for images', { cause: error });
}
