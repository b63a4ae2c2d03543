import { DrydockError } from '../core/errors.ts';
import { closest } from './closest.ts';

/** JSON Schema (2020-12) as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Reads one part of a policy, and says as a schema what it takes. */
export interface Shape<T> {
  /** `fallback` is what a missing value stands for; without one it is required. Throws `policy-invalid`. */
  readonly read: (value: unknown, path: string, fallback?: T) => T;
  readonly schema: JsonSchema;
}

/** A mapping with these keys and no others. */
export function object<T extends object>(
  what: string,
  fields: { readonly [K in keyof T]: Shape<T[K]> },
): Shape<T> & { readonly properties: Readonly<Record<string, JsonSchema>> } {
  const properties: Record<string, JsonSchema> = {};
  for (const name in fields) properties[name] = fields[name].schema;
  return {
    read: (value, path, fallback) => {
      if (value === undefined && fallback !== undefined) return fallback;
      if (!isMapping(value)) throw refused(path, 'a mapping', value);
      refuseUnknownKeys(value, path, Object.keys(fields));
      const read: Partial<T> = {};
      for (const name in fields)
        read[name] = fields[name].read(value[name], path === '' ? name : `${path}.${name}`, fallback?.[name]);
      // Every K of T was read: the mapped type of `fields` has them all.
      return read as T;
    },
    properties,
    schema: { type: 'object', description: what, additionalProperties: false, properties },
  };
}

/** One of these words. */
export function choice<const T extends string>(what: string, of: readonly T[]): Shape<T> {
  return {
    read: (value, path, fallback) => {
      if (value === undefined && fallback !== undefined) return fallback;
      const found = of.find((word) => word === value);
      if (found !== undefined) return found;
      const near = typeof value === 'string' ? closest(value, of) : undefined;
      throw refused(path, `one of ${of.join(', ')}`, value, near);
    },
    schema: { description: what, enum: of },
  };
}

/** Nothing but this number. */
export function constant<const T extends number>(what: string, only: T): Shape<T> {
  return {
    read: (value, path, fallback) => {
      if (value === only || (value === undefined && fallback !== undefined)) return only;
      throw refused(path, String(only), value);
    },
    schema: { description: what, const: only },
  };
}

export function flag(what: string): Shape<boolean> {
  return {
    read: (value, path, fallback) => {
      if (value === undefined && fallback !== undefined) return fallback;
      if (typeof value === 'boolean') return value;
      throw refused(path, 'true or false', value);
    },
    schema: { description: what, type: 'boolean' },
  };
}

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly isInteger: boolean;
}

export function number(what: string, { min, max, isInteger }: NumberRange): Shape<number> {
  return {
    read: (value, path, fallback) => {
      if (value === undefined && fallback !== undefined) return fallback;
      if (
        typeof value === 'number' &&
        value >= min &&
        value <= max &&
        (!isInteger || Number.isSafeInteger(value))
      )
        return value;
      throw refused(path, `${isInteger ? 'a whole number' : 'a number'} from ${min} to ${max}`, value);
    },
    schema: { description: what, type: isInteger ? 'integer' : 'number', minimum: min, maximum: max },
  };
}

/** A text of 1 to 500 characters that matches `pattern`; `expected` says it in words. */
export function text(what: string, expected = 'a text', pattern = /^[^\p{Cc}]{1,500}$/u): Shape<string> {
  return {
    read: (value, path, fallback) => {
      if (value === undefined && fallback !== undefined) return fallback;
      if (typeof value === 'string' && pattern.test(value) && value.trim() !== '') return value;
      throw refused(path, expected, value);
    },
    schema: { description: what, type: 'string', minLength: 1, pattern: pattern.source },
  };
}

/** Nothing, or what `shape` reads. Nothing is `null`. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return {
    read: (value, path, fallback) =>
      value === undefined || value === null ? (fallback ?? null) : shape.read(value, path),
    schema: { anyOf: [shape.schema, { type: 'null' }] },
  };
}

/** At most 10,000 of the same. */
export function list<T>(what: string, item: Shape<T>): Shape<readonly T[]> {
  return {
    read: (value, path, fallback) => {
      if (value === undefined && fallback !== undefined) return fallback;
      if (!Array.isArray(value) || value.length > 10_000) throw refused(path, 'a list', value);
      return value.map((element: unknown, index) => item.read(element, `${path}[${index}]`));
    },
    schema: { description: what, type: 'array', maxItems: 10_000, items: item.schema },
  };
}

/** A mapping from names of the user's choice to values. */
export function dictionary<T>(what: string, item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    read: (value, path, fallback) => {
      if (value === undefined && fallback !== undefined) return fallback;
      if (!isMapping(value)) throw refused(path, 'a mapping', value);
      const read = Object.entries(value).map(([name, element]) => [
        name,
        item.read(element, `${path}.${name}`),
      ]);
      return Object.fromEntries(read);
    },
    schema: { description: what, type: 'object', additionalProperties: item.schema },
  };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuseUnknownKeys(value: object, path: string, names: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (names.includes(key)) continue;
    const near = closest(key, names);
    const hint = near === undefined ? `It takes ${names.join(', ')}.` : `Did you mean ${near}?`;
    const where = path === '' ? 'The policy' : `The policy’s ${path}`;
    throw new DrydockError('policy-invalid', `${where} has no ${JSON.stringify(key.slice(0, 80))}. ${hint}`);
  }
}

function refused(path: string, expected: string, value: unknown, near?: string): DrydockError {
  const got = value === undefined ? 'nothing' : JSON.stringify(value)?.slice(0, 80);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  const where = path === '' ? 'A policy' : `The policy’s ${path}`;
  return new DrydockError('policy-invalid', `${where} was expected to be ${expected}, got ${got}.${hint}`);
}
