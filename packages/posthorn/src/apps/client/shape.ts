// Whether what was answered is what its type says. Small checks put together, instead of the API's own schemas: to load the
// library behind those takes longer than everything else that a command does.

/** Tells values of a type from others. */
export type Shape<T> = (value: unknown) => value is T;

export const text: Shape<string> = (value) => typeof value === 'string';
export const figure: Shape<number> = (value) => typeof value === 'number';
export const flag: Shape<boolean> = (value) => typeof value === 'boolean';

export const oneOf =
  <const Word extends string>(words: readonly Word[]): Shape<Word> =>
  (value): value is Word =>
    words.some((word) => word === value);

export const orNull =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value): value is T | null =>
    value === null || shape(value);

export const listOf =
  <T>(shape: Shape<T>): Shape<T[]> =>
  (value): value is T[] =>
    Array.isArray(value) && value.every(shape);

/** An object with a value for each of the words. */
export const mapOf =
  <const Word extends string, T>(words: readonly Word[], shape: Shape<T>): Shape<Record<Word, T>> =>
  (value): value is Record<Word, T> =>
    typeof value === 'object' &&
    value !== null &&
    words.every((word) => shape(Object.getOwnPropertyDescriptor(value, word)?.value));

/** An object with at least these fields: a newer server may tell more. */
export const record =
  <T>(fields: { readonly [Name in keyof T]: Shape<T[Name]> }): Shape<T> =>
  (value): value is T =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries<Shape<unknown>>(fields).every(([name, shape]) =>
      shape(Object.getOwnPropertyDescriptor(value, name)?.value),
    );
