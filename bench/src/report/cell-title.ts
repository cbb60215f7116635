import type { Cell } from '../plan/cell.js';
import { formatPayload } from './format.js';

/** What a cell is about, in one line. */
export function toTitle({ pattern, payloadBytes, count, subscribers }: Cell): string {
  const number = count.toLocaleString('en');
  const messages = `${number} messages of ${formatPayload(payloadBytes)}`;
  switch (pattern) {
    case 'server-streaming':
      return `server streaming, ${messages}`;
    case 'client-streaming':
      return `client streaming, ${messages}`;
    case 'bidi':
      return `bidi, pipelined, ${messages}`;
    case 'ping-pong':
      return `ping-pong, ${messages}`;
    case 'unary':
      return `unary, 64 at once, ${number} calls with ${formatPayload(payloadBytes)}`;
    case 'fan-out':
      return `fan-out to ${subscribers.toLocaleString('en')} subscribers, ${messages}`;
    case 'idle':
      return `${number} idle streams`;
    case 'stopped-reader':
      return `a reader that stops, ${messages}`;
  }
}
