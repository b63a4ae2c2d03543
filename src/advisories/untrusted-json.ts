/** What `JSON.parse` makes of a text, or undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The mapping that `value` is, or an empty one. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** At most `max` elements of the list that `value` is, or none. */
export function listOf(value: unknown, max: number): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, max) : [];
}

/** At most `max` texts of the list that `value` is; longer ones than 300 characters are left out. */
export function textsOf(value: unknown, max: number): readonly string[] {
  return listOf(value, max).filter((it): it is string => typeof it === 'string' && it.length <= 300);
}

/** The text that `value` is, cut, or ''. */
export function textOf(value: unknown, maxCharacters: number): string {
  return typeof value === 'string' ? value.slice(0, maxCharacters) : '';
}
