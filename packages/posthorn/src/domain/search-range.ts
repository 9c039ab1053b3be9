// A text that somebody looks for: an id or how it begins, an event's own id or key, or a whole header line from a log.
import type { AttemptId, DeliveryId, EventId } from './ids.ts';

/** Texts that begin so are found from this length on; shorter ones must be equal. */
const LEAST_PREFIX_CHARACTERS = 8;
const UUID_FORM = 'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx';
const HEADER_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:\s*(\S.*)$/;

/** Both ends are included. */
export interface SearchRange {
  readonly texts: { readonly low: string; readonly high: string };
  /** `null` if no id begins so. */
  readonly ids: { readonly low: AnyId; readonly high: AnyId } | null;
}

type AnyId = EventId & DeliveryId & AttemptId;

/** The things that a text may stand for: itself, and if it is a header line (`x-iadvize-delivery: 0190…`), the header's value. */
export function readSearch(text: string): readonly SearchRange[] {
  const whole = text.trim();
  const value = HEADER_LINE.exec(whole)?.[1];
  return [whole, ...(value === undefined ? [] : [value])].filter((one) => one !== '').map(rangeOf);
}

function rangeOf(text: string): SearchRange {
  const isPrefix = text.length >= LEAST_PREFIX_CHARACTERS;
  // No text that begins so is greater.
  return { texts: { low: text, high: isPrefix ? `${text}\u{10ffff}` : text }, ids: idRange(text.toLowerCase()) };
}

function idRange(text: string): SearchRange['ids'] {
  if (text.length < LEAST_PREFIX_CHARACTERS || text.length > UUID_FORM.length) return null;
  const fits = [...text].every((character, index) =>
    UUID_FORM[index] === '-' ? character === '-' : /[0-9a-f]/.test(character),
  );
  if (!fits) return null;
  const rest = UUID_FORM.slice(text.length);
  return { low: (text + rest.replaceAll('x', '0')) as AnyId, high: (text + rest.replaceAll('x', 'f')) as AnyId };
}
