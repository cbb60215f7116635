import type { Client } from '@streamworks/common';
import { UsageError, type ClientInput } from '@streamworks/common/cli';
import type { StreamService } from '@streamworks/proto/stream_service';

/** What a command that calls StreamService works with. */
export interface StreamInput extends Pick<ClientInput, 'options' | 'signal' | 'print'> {
  readonly client: Client<typeof StreamService>;
}

/** The arguments of a command, which may have so many. */
export function takeArguments(args: readonly string[], most: number): readonly (string | undefined)[] {
  if (args.length > most) throw new UsageError(`unexpected argument ${JSON.stringify(args[most])}`);
  return args;
}

/** Reads the number of an option; undefined where it is not given. */
export function readCount(options: ClientInput['options'], name: string): number | undefined {
  const text = options[name];
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(String(text))) throw new UsageError(`--${name} ${JSON.stringify(text)} is no number`);
  return Number(text);
}

/** A text of somebody else's, so that it cannot steer the terminal that it is shown in. */
export function toShown(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '\ufffd');
}
