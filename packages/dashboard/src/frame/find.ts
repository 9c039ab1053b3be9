// Finds what an id belongs to, whichever of our ids somebody was told: a receiver knows the headers of the calls it got, a
// producer the event that it posted.
import type { QueryClient } from '@tanstack/react-query';
import { ApiProblem, get, ofTenant, withQuery } from '../api/client.ts';
import { deliveryQuery } from '../api/queries.ts';
import type { Delivery, Page } from '../api/shapes.ts';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** The first id in a text, e.g. in a header line from a log. */
export const idIn = (text: string): string | undefined => UUID.exec(text)?.[0].toLowerCase();

/**
 * The page of what an id belongs to: a delivery by its own id or by that of one of its calls, or the
 * deliveries of an event.
 * @returns a path; `undefined` when the tenant has nothing with this id
 */
export async function findById(queries: QueryClient, tenant: string, id: string): Promise<string | undefined> {
  const base = `/t/${encodeURIComponent(tenant)}/deliveries`;
  const [delivery, event, ofAttempt] = await Promise.all([
    orMissing(queries.fetchQuery(deliveryQuery(tenant, id))),
    orMissing(get(ofTenant(tenant, `/events/${id}`))),
    get<Page<Delivery>>(withQuery(ofTenant(tenant, '/deliveries'), { attemptId: id, limit: 1 })),
  ]);
  if (delivery !== undefined) return `${base}/${id}`;
  if (event !== undefined) return `${base}?eventId=${id}`;
  const [called] = ofAttempt.data;
  return called === undefined ? undefined : `${base}/${called.id}?attempt=${id}`;
}

/** The thing that was found; `undefined` when there is none. */
async function orMissing<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined;
    throw error;
  }
}
