/** What is wrong with a field of a message. */
export interface Problem {
  /** The path of the field as the .proto has it: `laptop.gpus[0].min_ghz`. */
  readonly field: string;
  readonly description: string;
}

/** The longest name or id, in bytes of UTF-8. */
const MOST_TEXT_BYTES = 128;

/** What keeps a text from being stored; undefined where nothing does. */
export function findTextProblem(text: string): string | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_TEXT_BYTES) return `has ${bytes} bytes, and may have ${MOST_TEXT_BYTES}`;
  return text.includes('\0') ? 'may not have U+0000' : undefined;
}

/** The first field of a message, at any depth, whose text or number cannot be stored. */
export function findProblem(value: unknown, field: string): Problem | undefined {
  if (typeof value === 'string') return toProblem(field, findTextProblem(value));
  if (typeof value === 'number') return toProblem(field, Number.isFinite(value) ? undefined : `${value} is not finite`);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
    const path = Array.isArray(value) ? `${field}[${name}]` : `${field}.${toSnakeCase(name)}`;
    const problem = findProblem(inner, path);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function toProblem(field: string, description: string | undefined): Problem | undefined {
  return description === undefined ? undefined : { field, description };
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
