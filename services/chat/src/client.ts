import { randomUUID } from 'node:crypto';
import { createClient, Metadata } from '@streamworks/common';
import { isPiped, readInt64, readLines, runClient, UsageError, type ClientInput } from '@streamworks/common/cli';
import { ChatService as RoomService } from '@streamworks/proto/chat/chat';
import { ChatService, MessageService } from '@streamworks/proto/message';
import { converse, type Conversation, type ConverseOptions, type Talk } from './client/conversation.js';
import { inRoom, withUser } from './client/conversations.js';
import { playTour } from './client/play-tour.js';
import { openTerminal, toPrintable } from './client/terminal.js';

const commands: Readonly<Record<string, (input: ClientInput, args: readonly string[]) => Promise<void>>> = {
  async talk(input, args) {
    expectNone(args);
    const { target, clientOptions, options } = input;
    const user = readOption(input, 'user');
    if ((options['to'] === undefined) === (options['room'] === undefined)) {
      throw new UsageError('one of --to and --room is needed');
    }
    if (options['room'] !== undefined) {
      const client = createClient(RoomService, target, clientOptions);
      return talk(input, inRoom(client, user, readOption(input, 'room')));
    }
    const client = createClient(ChatService, target, clientOptions);
    return talk(input, withUser(client, user, readOption(input, 'to')));
  },

  async send(input, args) {
    const { target, clientOptions, signal, print } = input;
    const [from, to] = [readOption(input, 'user'), readOption(input, 'to')];
    if (args.length === 0 && !isPiped()) throw new UsageError('a text is needed, or lines from a pipe');
    const texts = args.length === 0 ? readLines(process.stdin, (line) => line) : args;
    async function* messages() {
      for await (const content of texts) yield { from, to, content, messageId: randomUUID() };
    }
    const { value } = await createClient(MessageService, target, clientOptions).sendMessage(messages(), { signal });
    print(`sent: ${value}`);
  },

  async receive(input, args) {
    expectNone(args);
    const { target, clientOptions, signal, print, options } = input;
    const metadata = new Metadata();
    if (options['after'] !== undefined) metadata.set('after-sequence', String(readAfter(input)));
    const client = createClient(MessageService, target, clientOptions);
    const messages = client.receiveMessage({ value: readOption(input, 'user') }, { signal, metadata });
    for await (const { from, to, content } of messages) print(toPrintable(`${from} → ${to}: ${content}`));
  },

  tour(input, args) {
    expectNone(args);
    return playTour(input);
  },
};

/** The options that a command has a use for. */
const usedOptions: Readonly<Record<string, readonly string[]>> = {
  talk: ['user', 'to', 'room', 'after'],
  send: ['user', 'to'],
  receive: ['user', 'after'],
  tour: [],
};

await runClient({
  name: 'chat',
  target: 'localhost:9090',
  parameters: '[talk|send|receive|tour] [text ...]',
  description: `Talks with a user or in a room (default): what is typed is sent, quit ends it.
  --user ann --to bob              what ann and bob say to each other
  --user ann --room lobby          what is said in a room
  send --user ann --to bob text    sends each text, or each line of its input, and prints how many are stored
  receive --user ann               ann's feed, from where it was read to, until nothing comes for a while
  tour                             a conversation of each kind`,
  options: {
    user: { type: 'string', help: 'who you are' },
    to: { type: 'string', help: 'the user to talk with, or to send to' },
    room: { type: 'string', help: 'the room to talk in' },
    after: { type: 'string', help: 'the sequence behind which the history begins (default: 0 for a talk)' },
  },
  async run(input) {
    const [name = 'talk', ...args] = input.positionals;
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) {
      throw new UsageError(`${JSON.stringify(name)} is none of ${Object.keys(commands).join(', ')}`);
    }
    for (const option of ['user', 'to', 'room', 'after']) {
      const isUsed = usedOptions[name]?.includes(option) === true;
      if (input.options[option] !== undefined && !isUsed) throw new UsageError(`--${option} is not for ${name}`);
    }
    await command(input, args);
  },
});

async function talk<Message extends Talk>(input: ClientInput, conversation: Conversation<Message>): Promise<void> {
  // A terminal that is read from gives Ctrl-C to its reader, who is not the one that ends the process.
  const terminal = openTerminal({ prompt: '> ', onInterrupt: () => process.kill(process.pid, 'SIGINT') });
  const note = (line: string): void => {
    if (process.stdout.isTTY) terminal.print(`· ${line}`);
    else process.stderr.write(`${line}\n`);
  };
  const { texts, print } = terminal;
  const options: ConverseOptions = { texts, after: readAfter(input), signal: input.signal, print, note };
  try {
    await converse(conversation, options);
  } finally {
    terminal.close();
  }
}

function readOption({ options }: ClientInput, name: 'user' | 'to' | 'room'): string {
  const value = options[name];
  if (typeof value !== 'string' || value === '') throw new UsageError(`--${name} is missing`);
  return value;
}

function readAfter({ options: { after } }: ClientInput): bigint {
  const sequence = after === undefined ? 0n : readInt64(String(after));
  if (sequence < 0n) throw new UsageError(`--after ${sequence} is below 0`);
  return sequence;
}

function expectNone([unexpected]: readonly string[]): void {
  if (unexpected !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(unexpected)}`);
}
