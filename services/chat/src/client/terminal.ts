import { clearScreenDown, createInterface, cursorTo, moveCursor } from 'node:readline';

/** Where a person types while lines come in; or a pipe. */
export interface Terminal {
  /** What is typed, line by line, until `quit` or the end of the input. */
  readonly texts: AsyncIterable<string>;
  /** Writes a line above what is being typed. */
  print(line: string): void;
  close(): void;
}

export interface TerminalOptions {
  readonly prompt: string;
  readonly input?: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output?: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Called at Ctrl-C, which a terminal gives to whoever reads from it. */
  readonly onInterrupt?: () => void;
}

/** Opens the terminal of the process, unless others are given. */
export function openTerminal({
  prompt,
  input = process.stdin,
  output = process.stdout,
  onInterrupt = () => undefined,
}: TerminalOptions): Terminal {
  const isTerminal = input.isTTY === true && output.isTTY === true;
  const lines = createInterface({ input, prompt, ...(isTerminal && { output, terminal: true }) });
  lines.on('SIGINT', onInterrupt);
  const typed = lines[Symbol.asyncIterator](); // now: lines that come before are lost

  async function* texts(): AsyncGenerator<string> {
    if (isTerminal) lines.prompt();
    for await (const line of typed) {
      const text = line.trim();
      if (text === 'quit') return;
      if (text !== '') yield text;
      if (isTerminal) lines.prompt();
    }
  }

  return {
    texts: texts(),
    print(line) {
      if (isTerminal) {
        moveCursor(output, 0, -lines.getCursorPos().rows);
        cursorTo(output, 0);
        clearScreenDown(output);
        // How many rows readline thinks that it has above the cursor, without a public name: they are cleared. It would go up
        // as many again, over the line.
        Object.assign(lines, { prevRows: 0 });
      }
      output.write(`${toPrintable(line)}\n`);
      if (isTerminal) lines.prompt(true);
    },
    close: () => lines.close(),
  };
}

/** Without what would steer the terminal, or turn the order of what is shown: the text is somebody else's. */
export function toPrintable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '\u{fffd}');
}
