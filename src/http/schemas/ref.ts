import { type Static, type TSchema, type TUnsafe, Type } from 'typebox';
import { DrydockError } from '../../core/errors.ts';

/** A reference to a schema that the app has under its `$id`; the document names it once under components. */
export function ref<T extends TSchema>(schema: T): TUnsafe<Static<T>> {
  const id: unknown = Reflect.get(schema, '$id');
  if (typeof id !== 'string')
    throw new DrydockError('invariant-broken', 'Only a schema with an $id can be referred to.');
  return Type.Unsafe<Static<T>>({ $ref: `${id}#` });
}

/** One of these words. */
export function oneOf<const T extends string>(
  words: readonly T[],
  options: { readonly description?: string; readonly default?: T } = {},
): TUnsafe<T> {
  return Type.Unsafe<T>({ type: 'string', enum: [...words], ...options });
}

/** The schema, or null. */
export function nullable<T extends TSchema>(schema: T, description: string): TUnsafe<Static<T> | null> {
  return Type.Unsafe<Static<T> | null>({ anyOf: [schema, { type: 'null' }], description });
}

/** An answer without a body: send `undefined`. */
export function empty(description: string): TUnsafe<undefined> {
  return Type.Unsafe<undefined>({ type: 'null', description });
}
