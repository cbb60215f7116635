import { invalidArgument } from '@streamworks/common';

const NAME_BYTES = 128;
const CONTENT_BYTES = 64 * 1024;
const ID_BYTES = 64;

/** Throws INVALID_ARGUMENT for what is no name of a user or a room. */
export function checkName(field: string, name: string): void {
  if (name === '') throw invalidArgument(field, 'is empty');
  checkText(field, name, NAME_BYTES);
}

/** Throws INVALID_ARGUMENT for what is no text of a message. */
export function checkContent(content: string): void {
  if (content === '') throw invalidArgument('content', 'is empty');
  checkText('content', content, CONTENT_BYTES);
}

/** Throws INVALID_ARGUMENT for what is no id of a message; none is fine. */
export function checkMessageId(id: string): void {
  checkText('message_id', id, ID_BYTES);
}

function checkText(field: string, text: string, mostBytes: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > mostBytes) throw invalidArgument(field, `has ${bytes} bytes, and may have ${mostBytes}`);
  if (text.includes('\0')) throw invalidArgument(field, 'may not have U+0000');
}
