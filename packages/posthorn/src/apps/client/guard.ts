// Checks that an answer is what its type says. They are small ones put together, instead of the API's own schemas: to load the
// library behind those takes longer than everything else that a command does.

/** Tells values of a type from all others. */
export type Guard<T> = (value: unknown) => value is T;

export const text: Guard<string> = (value) => typeof value === 'string';
export const figure: Guard<number> = (value) => typeof value === 'number';
export const flag: Guard<boolean> = (value) => typeof value === 'boolean';

export const oneOf =
  <const Word extends string>(words: readonly Word[]): Guard<Word> =>
  (value): value is Word =>
    words.some((word) => word === value);

export const orNull =
  <T>(guard: Guard<T>): Guard<T | null> =>
  (value): value is T | null =>
    value === null || guard(value);

export const listOf =
  <T>(guard: Guard<T>): Guard<T[]> =>
  (value): value is T[] =>
    Array.isArray(value) && value.every(guard);

/** An object with a value for each of the words. */
export const mapOf =
  <const Word extends string, T>(words: readonly Word[], guard: Guard<T>): Guard<Record<Word, T>> =>
  (value): value is Record<Word, T> =>
    typeof value === 'object' &&
    value !== null &&
    words.every((word) => guard(Object.getOwnPropertyDescriptor(value, word)?.value));

/** An object with at least these fields: a newer server may tell more. */
export const record =
  <T>(fields: { readonly [Name in keyof T]: Guard<T[Name]> }): Guard<T> =>
  (value): value is T =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries<Guard<unknown>>(fields).every(([name, guard]) =>
      guard(Object.getOwnPropertyDescriptor(value, name)?.value),
    );
