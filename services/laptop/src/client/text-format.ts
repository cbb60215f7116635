/**
 * A message as protobuf's text format has it, on one line, as Go prints messages: fields that have their default are left out.
 * `{laptopId: "x", score: 8}` is `laptop_id:"x" score:8`. A value of an enum is a text in capitals.
 */
export function toTextFormat(message: object): string {
  return Object.entries(message)
    .filter(([, value]) => value !== 0 && value !== 0n && value !== '' && value !== null)
    .map(([name, value]) => `${toSnakeCase(name)}:${toValue(value)}`)
    .join(' ');
}

function toValue(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `{${toTextFormat(value)}}`;
  return typeof value === 'string' && !/^[A-Z]+$/.test(value) ? JSON.stringify(value) : String(value);
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
