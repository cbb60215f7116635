const FORMS =
  /^(?:urn:uuid:)?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$|^\{([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\}$|^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i;

/**
 * The canonical form of a UUID in any of its four usual forms, of any version and in any case: itself, in braces, behind
 * `urn:uuid:`, or its 32 hexadecimal digits alone. Undefined for anything else. Two texts are one UUID where their canonical
 * forms are the same.
 */
export function toCanonicalUuid(text: string): string | undefined {
  // The groups of the other forms took part in nothing.
  const groups: readonly (string | undefined)[] = FORMS.exec(text)?.slice(1) ?? [];
  const digits = groups.filter((group) => group !== undefined);
  return digits.length === 0 ? undefined : digits.join('-').toLowerCase();
}
