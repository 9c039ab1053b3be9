// The small parts that shapes are made of: ids, moments, things that may be null.
import { type Static, type TSchema, type TUnsafe, Type } from 'typebox';
import { KEY_PATTERN, MAX_KEY_CHARACTERS, MAX_OWN_ID_CHARACTERS, OWN_ID_PATTERN } from '../../../domain/ids.ts';
import { MOMENT_PATTERN } from '../../../domain/time.ts';
import type { Page } from '../cursor.ts';
import { DEFAULT_PAGE_ITEMS, MAX_CURSOR_CHARACTERS, MAX_MOMENT_CHARACTERS, MAX_PAGE_ITEMS } from '../limits.ts';

export const UUID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
const TIME_PATTERN = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$';

/** Text for people: without control characters. Postgres stores no NUL, and no terminal should be told what to do. */
export const PLAIN_TEXT = '^\\P{Cc}*$';
export const PLAIN_TEXT_LINES = '^[\\P{Cc}\\t\\n\\r]*$';

/** @param what what it identifies, e.g. `The event's id.` */
export const uuid = (what: string) =>
  Type.String({ format: 'uuid', pattern: UUID_PATTERN, description: `${what} A UUID in lower case, with dashes.` });

export const time = (what: string) =>
  Type.String({
    format: 'date-time',
    pattern: TIME_PATTERN,
    description: `${what} ISO 8601 in UTC, e.g. 2026-11-23T18:59:00.000Z.`,
  });

/** Names an event: its id, or the text of its producer's own. */
export const GIVEN_EVENT_ID = Type.String({
  maxLength: MAX_OWN_ID_CHARACTERS,
  pattern: OWN_ID_PATTERN,
  description: `Id of the event: the UUID, or the text of 1 to ${MAX_OWN_ID_CHARACTERS} visible characters that you chose.`,
});

/** A moment in a request; `time` is one in an answer. */
export const givenTime = (what: string) =>
  Type.String({
    format: 'date-time',
    pattern: MOMENT_PATTERN,
    maxLength: MAX_MOMENT_CHARACTERS,
    description: `${what} RFC 3339 with any offset, e.g. 2026-11-23T18:59:00Z or 2026-11-23T19:59:00.123456+01:00.`,
  });

/** A shape of which all fields are known: others are refused by name. */
export const CLOSED = { additionalProperties: false } as const;

export const nullableText = (description: string): TUnsafe<string | null> =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], description });
export const nullableTime = (what: string): TUnsafe<string | null> =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description: what });
export const nullableNumber = (description: string): TUnsafe<number | null> =>
  Type.Unsafe<number | null>({ type: ['number', 'null'], description });

/**
 * A filter of a list that takes several values, one of which must fit: `?state=a,b` or `?state=a&state=b`.
 * @param description of the filter
 */
export const several = <Item extends TSchema>(item: Item, description: string) =>
  Type.Optional(
    Type.Array(item, {
      minItems: 1,
      maxItems: 20,
      description: `${description} Several values are separated by commas.`,
    }),
  );

export const SEARCH_KEY = Type.String({
  maxLength: MAX_KEY_CHARACTERS,
  pattern: KEY_PATTERN,
  description: `A text by which you can find an event, such as an order number: 1 to ${MAX_KEY_CHARACTERS} visible characters.`,
});

/** Query parameters of every list. */
export const PAGE_QUERY = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_PAGE_ITEMS,
      default: DEFAULT_PAGE_ITEMS,
      description: `Items of the page, 1 to ${MAX_PAGE_ITEMS}. Default: ${DEFAULT_PAGE_ITEMS}.`,
    }),
  ),
  cursor: Type.Optional(
    Type.String({ maxLength: MAX_CURSOR_CHARACTERS, description: 'The nextCursor of the previous page.' }),
  ),
};

const MAX_SEARCH_CHARACTERS = 128;

/** A text to look for in the items of a list. */
export const search = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: MAX_SEARCH_CHARACTERS, description }));

/** A page of a list. */
export const page = <Item extends TSchema>(title: string, item: Item): TUnsafe<Page<Static<Item>>> =>
  Type.Unsafe<Page<Static<Item>>>(
    Type.Object(
      {
        data: Type.Array(item),
        nextCursor: nullableText(
          'Cursor of the next page; null if this is the last page. A page may have fewer items than limit, or none, although it is not the last.',
        ),
      },
      { title, description: 'A page of the list.' },
    ),
  );
