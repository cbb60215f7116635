import { toTextFormat } from '@streamworks/common/cli';
import type { Laptop } from '@streamworks/proto/techschool/pcbook/laptop_message';
import type {
  CreateLaptopRequest,
  CreateLaptopResponse,
  Filter,
  RateLaptopRequest,
  RateLaptopResponse,
  SearchLaptopRequest,
  SearchLaptopResponse,
  UploadImageRequest,
  UploadImageResponse,
} from '@streamworks/proto/techschool/pcbook/laptop_service';

/** The fields of what is printed that hold values of enums. */
const ENUMS = ['unit'];

interface CallOptions {
  readonly signal: AbortSignal;
}

/** The calls of a tour: those of a client of the catalogue. */
export interface TourClient {
  createLaptop(request: CreateLaptopRequest, options: CallOptions): Promise<CreateLaptopResponse>;
  searchLaptop(request: SearchLaptopRequest, options: CallOptions): AsyncIterable<SearchLaptopResponse>;
  uploadImage(requests: AsyncIterable<UploadImageRequest>, options: CallOptions): Promise<UploadImageResponse>;
  rateLaptop(requests: Iterable<RateLaptopRequest>, options: CallOptions): AsyncIterable<RateLaptopResponse>;
}

/** What the calls of a tour are made with. */
export interface TourOptions {
  readonly client: TourClient;
  readonly signal: AbortSignal;
  /** Writes a line. */
  readonly print: (line: string) => void;
}

/** An image to send: its bytes come as they are taken. */
export interface UploadOptions {
  readonly laptopId: string;
  /** `png`, `.jpg` and the like. */
  readonly type: string;
  readonly chunks: AsyncIterable<Buffer> | Iterable<Buffer>;
}

/** What a laptop is rated with. */
export interface Vote {
  readonly laptopId: string;
  readonly score: number;
}

/**
 * The four calls of the tutorial's client, printed as it prints them: https://github.com/techschool/pcbook-go. Each throws where an
 * answer is not as it should be.
 */
export function createTour({ client, signal, print }: TourOptions) {
  return {
    /** Adds a laptop. */
    async create(laptop: Laptop): Promise<void> {
      const { id } = await client.createLaptop({ laptop }, { signal });
      print(`created laptop with id: ${id}`);
      if (id !== laptop.id) throw new Error(`the laptop was sent with the id ${laptop.id}`);
    },

    /** Prints the laptops that meet a filter. */
    async search(filter: Filter): Promise<void> {
      print(`search filter: ${toTextFormat(filter, ENUMS)}`);
      let last = -Infinity;
      for await (const { laptop } of client.searchLaptop({ filter }, { signal })) {
        if (laptop === null) throw new Error('a response has no laptop');
        for (const line of describe(laptop)) print(line);
        if (laptop.priceUsd > filter.maxPriceUsd) throw new Error('this laptop is too expensive');
        if (laptop.priceUsd < last) throw new Error('this laptop is cheaper than the one before it');
        last = laptop.priceUsd;
      }
    },

    /** Sends an image of a laptop. */
    async upload({ laptopId, type, chunks }: UploadOptions): Promise<void> {
      let sent = 0;
      async function* toRequests() {
        yield { info: { laptopId, imageType: type } };
        for await (const chunkData of chunks) {
          sent += chunkData.byteLength;
          yield { chunkData };
        }
      }
      const { id, size } = await client.uploadImage(toRequests(), { signal });
      print(`image uploaded with id: ${id}, size: ${size}`);
      if (size !== sent) throw new Error(`the image has ${sent} bytes`);
    },

    /** Rates laptops. */
    async rate(votes: readonly Vote[]): Promise<void> {
      function* toRequests() {
        for (const vote of votes) {
          print(`sent request: ${toTextFormat(vote)}`);
          yield vote;
        }
      }
      let answered = 0;
      for await (const response of client.rateLaptop(toRequests(), { signal })) {
        print(`received response: ${toTextFormat(response)}`);
        if (response.laptopId !== votes[answered]?.laptopId) throw new Error('this is an answer to another rating');
        answered += 1;
      }
      print('no more responses');
      if (answered !== votes.length) throw new Error(`${votes.length} ratings were sent`);
    },
  };
}

function* describe({ id, brand, name, cpu, ram, priceUsd }: Laptop): Generator<string> {
  yield `- found: ${id}`;
  yield `  + brand: ${brand}`;
  yield `  + name: ${name}`;
  yield `  + cpu cores: ${cpu?.numberCores ?? 0}`;
  yield `  + cpu min ghz: ${cpu?.minGhz ?? 0}`;
  yield `  + ram: ${ram === null ? '' : toTextFormat(ram, ENUMS)}`;
  yield `  + price: ${priceUsd}`;
}
