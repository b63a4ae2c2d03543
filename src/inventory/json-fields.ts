/** The object's own fields, or null when `value` is no object. */
export function objectFields(value: unknown): ReadonlyMap<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : null;
}

/** Parses hostile JSON: null when it is none. V8 reads any depth without using the stack; the size is the caller's bound. */
export function parseJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) };
  } catch {
    return null;
  }
}
