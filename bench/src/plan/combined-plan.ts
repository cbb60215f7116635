import { tablePeers } from '../peers/peers.js';
import { isMemoryPattern, patterns, toPairs, type Cell, type Contender } from './cell.js';
import type { BenchCommand } from './command-line.js';
import { STOPPED_READER_PAYLOAD_BYTES, toCount, toSubscribers } from './counts.js';

/** Every chosen pattern with every payload and every count, for the chosen contenders. */
export function createCombinedPlan(command: BenchCommand): Cell[] {
  const { rounds, choices, contenders = toPairs(tablePeers) } = command;
  return patterns
    .filter((pattern) => choices.includes(pattern))
    .flatMap((pattern) => {
      const defaultPayload = pattern === 'stopped-reader' ? STOPPED_READER_PAYLOAD_BYTES : 0;
      const subscribers = pattern === 'fan-out' ? toSubscribers(command) : 1;
      const racers = isMemoryPattern(pattern) ? toServersOf(contenders) : contenders;
      return (command.payloads ?? [defaultPayload]).flatMap((payloadBytes) =>
        (command.counts ?? [toCount(pattern, payloadBytes, command)]).map((count): Cell => ({
          part: 'as chosen',
          pattern,
          payloadBytes,
          count,
          subscribers,
          contenders: racers,
          rounds,
        })),
      );
    })
    .filter((cell) => cell.contenders.length > 0);
}

/** The servers whose memory can be read, each once, with the client that the memory patterns have. */
function toServersOf(contenders: readonly Contender[]): Contender[] {
  const servers = contenders
    .map(({ server }) => server)
    .filter((server) => typeof server === 'string' || server.address === undefined);
  return [...new Set(servers)].map((server) => ({ server, client: 'ours' }));
}
