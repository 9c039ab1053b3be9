// Finding what a text stands for, over all tenants.
import { readSearch } from '../../../domain/search-range.ts';
import type { Match } from '../../../seams/store/history.ts';
import { type Operation, ok, operation } from '../operation.ts';
import { FindQuery, FoundSchema, MAX_MATCHES, showMatch } from '../schemas/find.ts';

const find = operation('GET', '/find', {
  operationId: 'find',
  summary:
    'Find a delivery, attempt or event of any tenant by an id or its beginning, an own id, a key or a header line',
  tag: 'Deliveries',
  query: FindQuery,
  answers: { 200: FoundSchema },
  work:
    ({ store }) =>
    async ({ query }) => {
      const texts = readSearch(query.id);
      // One more tells whether there are more.
      const found = await Promise.all(texts.map((text) => store.find(text, MAX_MATCHES + 1)));
      const matches = inTurns(found.flat());
      const data = matches.slice(0, MAX_MATCHES).map(showMatch);
      return ok({ data, more: matches.length > MAX_MATCHES });
    },
});

export const findOperations: readonly Operation[] = [find];

/** Of each kind the first, then of each the second: none crowds the others out. */
function inTurns(matches: readonly Match[]): Match[] {
  const kinds = Object.values(Object.groupBy(matches, ({ kind }) => kind));
  const most = Math.max(0, ...kinds.map(({ length }) => length));
  return Array.from({ length: most }, (_, turn) => kinds.flatMap((kind) => kind.slice(turn, turn + 1))).flat();
}
