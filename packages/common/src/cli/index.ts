export { runClient, type ClientCommand, type ClientInput } from './run-client.js';
export { isPiped, readLines } from './read-lines.js';
export { readDuration, readInteger, readNumber } from './read-number.js';
export { UsageError } from './usage-error.js';
