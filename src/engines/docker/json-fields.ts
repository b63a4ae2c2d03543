/** What stands at `path` in parsed JSON of which nothing is known, or undefined. */
export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = Reflect.get(at, name);
  }
  return at;
}

/** The text at `path`; empty when there is none. */
export function textOf(value: unknown, ...path: readonly string[]): string {
  const found = fieldOf(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The number at `path`; 0 when there is none. */
export function numberOf(value: unknown, ...path: readonly string[]): number {
  const found = fieldOf(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : 0;
}

/** The list at `path`; empty when there is none. */
export function listOf(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = fieldOf(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The texts in the list at `path`. */
export function textsOf(value: unknown, ...path: readonly string[]): readonly string[] {
  return listOf(value, ...path).filter((item) => typeof item === 'string');
}

/** The names in the object at `path`. */
export function keysOf(value: unknown, ...path: readonly string[]): readonly string[] {
  const found = fieldOf(value, ...path);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? Object.keys(found) : [];
}

/** The texts in the object at `path`, by name. */
export function textMapOf(value: unknown, ...path: readonly string[]): Readonly<Record<string, string>> {
  const found = fieldOf(value, ...path);
  return Object.fromEntries(keysOf(found).map((name) => [name, textOf(found, name)]));
}
