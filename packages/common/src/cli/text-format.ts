/**
 * A message as protobuf's text format has it, on one line, as Go prints messages: fields that have their default are left
 * out. `{pointCount: 2, location: {latitude: 1}}` is `point_count:2 location:{latitude:1}`. Values of enums have no quotes:
 * the fields that hold one are named.
 */
export function toTextFormat(message: object, enums: readonly string[] = []): string {
  return Object.entries(message)
    .filter(([, value]) => value !== 0 && value !== 0n && value !== '' && value !== null)
    .map(([name, value]) => `${toSnakeCase(name)}:${enums.includes(name) ? String(value) : toValue(value, enums)}`)
    .join(' ');
}

function toValue(value: unknown, enums: readonly string[]): string {
  if (typeof value === 'object' && value !== null) return `{${toTextFormat(value, enums)}}`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
