/** Names of values that no log line may show, in lower case. */
const secrets: ReadonlySet<string> = new Set([
  'authorization',
  'password',
  'secret',
  'token',
  'accesstoken',
  'access_token',
  'cookie',
  'privatekey',
]);

const HIDDEN = '[redacted]';

/** So deep into a line it is looked for them. */
const LEVELS = 4;

/**
 * The object with its secrets hidden; the same object where it has none. One pass over the keys: pino's own redaction takes
 * five times as long as the rest of a line.
 */
export function hideSecrets<Value extends object>(value: Value): Value {
  return hide(value, LEVELS) as Value;
}

function hide(value: object, levels: number): object {
  let shown: Record<string, unknown> | undefined;
  for (const [key, inner] of Object.entries(value)) {
    const replacement = secrets.has(key.toLowerCase()) ? HIDDEN : hideInner(inner, levels - 1);
    if (replacement === inner) continue;
    shown ??= { ...value };
    shown[key] = replacement;
  }
  return shown ?? value;
}

/** Errors are hidden when they have been turned into plain objects. What says itself how it is written is taken at its word. */
function hideInner(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error || levels === 0) return value;
  const written = 'toJSON' in value && typeof value.toJSON === 'function' ? (value.toJSON() as unknown) : value;
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return written;
  return hide(written, levels);
}
