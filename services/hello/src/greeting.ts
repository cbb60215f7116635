/** The greeting for a name. */
export function toGreeting(name: string): string {
  return `hello world! ${name}`;
}
