// Which tenant a command is about, and what to say when there is none of that name.

import { CommandError, EXIT } from '../command/exit-codes.ts';
import { closest } from '../settings/closest.ts';
import { inert } from '../terminal/inert.ts';
import { isTenant, pageOf } from './answers.ts';
import { type Posthorn, tenantPath } from './posthorn.ts';

/** Tenants that are looked through for one with nearly the same name. */
const MAX_LOOKED_THROUGH = 2_000;
const NAMED = 5;

/**
 * The tenant that was named or, when nobody named one, the only one there is.
 * @throws CommandError when there are several
 */
export async function theTenant(posthorn: Posthorn, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const { data, nextCursor } = await posthorn.get(pageOf(isTenant), `/v1/tenants?limit=${NAMED}`);
  const [first, second] = data;
  if (first === undefined) throw new CommandError('There is no tenant yet: create one with PUT /v1/tenants/<id>.');
  if (second === undefined) return first.id;
  const names = data.map(({ id }) => inert(id)).join(', ');
  throw new CommandError(
    `Say which tenant with --tenant <id>: there are ${names}${nextCursor === null ? '' : ', …'}.`,
    EXIT.usage,
  );
}

/** Why something of a tenant was not found: there is no such thing, or no such tenant. @param what e.g. `delivery 0190…` */
export async function missing(posthorn: Posthorn, tenant: string, what: string): Promise<CommandError> {
  if ((await posthorn.find(isTenant, tenantPath(tenant))) !== undefined) {
    return new CommandError(`The tenant ${inert(tenant)} has no ${what}.`);
  }
  return await noTenant(posthorn, tenant);
}

/** The message about a tenant that does not exist. */
export async function noTenant(posthorn: Posthorn, tenant: string): Promise<CommandError> {
  const known = (await posthorn.list(isTenant, '/v1/tenants', MAX_LOOKED_THROUGH))?.data.map(({ id }) => id) ?? [];
  const close = closest(tenant, known);
  const hint = close === undefined ? '' : `; did you mean ${inert(close)}?`;
  return new CommandError(`There is no tenant ${inert(tenant)}${hint}${hint === '' ? '.' : ''}`);
}
