/** Whatever follows a scheme, or the beginning, up to the last `@`: a password may hold any character, `/` and `@` too. */
const USER_INFO = /^(\s*[a-z][a-z0-9+.-]*:[/\\]{2})?[\s\S]*@/i;

/** `scheme://name:text` without `@`: a user and a password whose host was forgotten, unless the text is a port. */
const NO_PORT = /^(\s*[a-z][a-z0-9+.-]*:[/\\]{2})(?!\[)[^:/\\?#]*:(?!\d{0,5}(?:[/\\?#]|$))[\s\S]*/i;

/** Names whose values are secrets, in a query or in a list such as `host=db password=x`; and keys themselves. */
const SECRETS = /(passw(or)?d|pwd|secret|token|key)\s*=|-----BEGIN/i;

/** A value as an error may show it: nothing of a secret, of a URL no user, password or query, and 100 characters. */
export function toShownValue(variable: string, value: string): string {
  if (/(SECRET|KEY|PASSWORD|TOKEN)$/.test(variable)) return '[hidden]';
  const isUrl = /:[/\\]{2}/.test(value);
  const shown = value.replace(USER_INFO, '$1').replace(NO_PORT, '$1…');
  const bare = isUrl ? shown.replace(/[?#][\s\S]*/, '?…') : shown;
  if (SECRETS.test(bare)) return '[hidden]';
  return JSON.stringify(bare.length > 100 ? `${bare.slice(0, 100)}…` : bare);
}
