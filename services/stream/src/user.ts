import type { User } from '@streamworks/proto/stream_service';

const NAME_BYTES = 128;
/** RFC 5321: a path has 256 octets, two of which are its brackets. */
const EMAIL_BYTES = 254;

/** A local part and a domain, without blanks, quotes and control characters; letters of any script (RFC 6531). */
const EMAIL = /^[^\s@"\p{Cc}]{1,64}@(?:[^\s@".\p{Cc}]+\.)*[^\s@".\p{Cc}]+$/u;

/** The most of a text that a reason shows: a thousand reasons are one message. */
const SHOWN = 64;

/** What is wrong with a user who is to be created, for a person to read; undefined where nothing is. */
export function findUserProblem({ id, name, email }: User): string | undefined {
  if (id < 0) return `id: ${id} is negative`;
  const bytes = Buffer.byteLength(name);
  if (bytes > NAME_BYTES) return `name: has ${bytes} bytes, and may have ${NAME_BYTES}`;
  if (name.includes('\0')) return 'name: may not have U+0000';
  if (email.includes('\0')) return 'email: may not have U+0000';
  if (Buffer.byteLength(email) > EMAIL_BYTES || !EMAIL.test(email)) return `email: ${quote(email)} is no email address`;
  return undefined;
}

/** What two addresses have in common that differ only in their case. A sigma has two small letters, one for the ends of words. */
export function toEmailKey(email: string): string {
  return email.normalize('NFC').toLowerCase().replaceAll('ς', 'σ');
}

/** A text as a reason shows it: without control characters, and not at any length. */
export function quote(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN).toWellFormed()}…` : text);
}
