export { runClient } from './run-client.js';
export type { ClientCommand, ClientInput, ClientOption } from './client-command.js';
export { folderOfPerson } from './folder-of-person.js';
export { createProgress, toBytes, type Progress, type ProgressOptions } from './progress.js';
export { isPiped, readLines } from './read-lines.js';
export { readDuration, readInt64, readNumber } from './read-number.js';
export { toTextFormat } from './text-format.js';
export { UsageError } from './usage-error.js';
