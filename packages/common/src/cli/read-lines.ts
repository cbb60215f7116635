import { fstatSync } from 'node:fs';
import { UsageError } from './usage-error.js';

/** Whether something is piped or redirected into the process; a terminal and `/dev/null` are nothing. */
export function isPiped(): boolean {
  const stdin = fstatSync(0);
  return stdin.isFIFO() || stdin.isFile() || stdin.isSocket();
}

/**
 * What `read` makes of each line of a text stream, blank lines left out. The text is read as fast as values are taken,
 * and none of it is kept. A usage error that `read` throws is thrown with the number of the line.
 */
export async function* readLines<Value>(
  text: AsyncIterable<Buffer | string>,
  read: (line: string) => Value,
): AsyncGenerator<Value> {
  const decoder = new TextDecoder();
  let rest = '';
  let number = 0;
  const readLine = (line: string): Value => {
    try {
      return read(line);
    } catch (error) {
      throw error instanceof UsageError ? new UsageError(`line ${number}: ${error.message}`) : error;
    }
  };
  for await (const chunk of text) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      number += 1;
      if (!isBlank(line)) yield readLine(line);
    }
  }
  rest += decoder.decode(); // half a character at the end
  number += 1;
  if (!isBlank(rest)) yield readLine(rest);
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}
