import { credentials, loadPackageDefinition, type ClientOptions } from '@grpc/grpc-js';
import type { BenchClient, BenchSummary, Load } from '../bench-client.js';
import { createTally } from '../tally.js';
import { loadDefinitions } from './load-definitions.js';

/** Plain grpc-js as the tutorials write it. Its clients are untyped there, too. */
export function createBenchClient(target: string, options: ClientOptions = {}): BenchClient {
  const loaded: any = loadPackageDefinition(loadDefinitions());
  const bench = new loaded.streamworks.bench.BenchService(target, credentials.createInsecure(), options);
  return {
    unary: (message) =>
      new Promise((resolve, reject) =>
        bench.unary(message, (error: Error | null, response: any) =>
          error === null ? resolve(Number(response.number)) : reject(error),
        ),
      ),
    serverStreaming: (load) =>
      read(bench.serverStreaming({ count: load.count, payloadBytes: load.payload?.length ?? 0 }), load),
    clientStreaming({ count, payload }) {
      const { call, summary } = openSummed((callback) => bench.clientStreaming(callback));
      for (let number = 0; number < count; number += 1) call.write({ number, payload });
      call.end();
      return summary;
    },
    bidi(load) {
      const call = bench.bidi();
      const received = read(call, load);
      for (let number = 0; number < load.count; number += 1) call.write({ number, payload: load.payload });
      call.end();
      return received;
    },
    openRoundTrips() {
      const call = bench.bidi();
      let answer: (number: number) => void;
      call.on('data', (message: any) => answer(Number(message.number)));
      const ended = new Promise<void>((resolve, reject) => call.on('end', resolve).on('error', reject));
      return {
        roundTrip(message) {
          call.write(message);
          return new Promise((resolve) => (answer = resolve));
        },
        end() {
          call.end();
          return ended;
        },
      };
    },
    subscribe(onMessage) {
      const call = bench.subscribe({});
      call.on('data', (message: any) => onMessage(Number(message.number), message.payload?.length ?? 0));
      return new Promise((resolve, reject) => call.on('end', resolve).on('error', reject));
    },
    openPublishing() {
      const { call, summary } = openSummed((callback) => bench.publish(callback));
      return {
        send: (message) => call.write(message),
        end() {
          call.end();
          return summary;
        },
      };
    },
  };
}

function read(call: any, load: Load): Promise<void> {
  const tally = createTally(load);
  return new Promise((resolve, reject) => {
    call.on('data', (message: any) => tally.add(Number(message.number), message.payload?.length ?? 0));
    call.on('end', () => {
      tally.check();
      resolve();
    });
    call.on('error', reject);
  });
}

function openSummed(open: (callback: (error: Error | null, response: any) => void) => any) {
  const { promise, resolve, reject } = createPromise<BenchSummary>();
  const call = open((error, response) => {
    if (error !== null) reject(error);
    else resolve({ count: Number(response.count), sum: Number(response.sum) });
  });
  return { call, summary: promise };
}

function createPromise<Value>() {
  let resolve!: (value: Value) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<Value>((...settlers) => ([resolve, reject] = settlers));
  return { promise, resolve, reject };
}
