// A tenant as the API takes and shows it.
import { type Static, Type } from 'typebox';
import { TENANT_ID_PATTERN } from '../../../domain/ids.ts';
import { isoTime } from '../../../domain/time.ts';
import type { Tenant } from '../../../seams/store/registry.ts';
import { MAX_NAME_CHARACTERS } from '../limits.ts';
import { CLOSED, nullableNumber, PAGE_QUERY, PLAIN_TEXT, page, search, time } from './fields.ts';

export const TENANT_ID_RULE = '1 to 64 of A-Z a-z 0-9 . _ - (but not "." or "..", and not beginning with _)';

export const TENANT_ID = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: TENANT_ID_PATTERN,
  description: `Id of the tenant, chosen by you: ${TENANT_ID_RULE}.`,
});

const RETENTION_RULE = 'Days after which payloads, keys and responses of its events are erased.';

export const PutTenantBody = Type.Object(
  {
    name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: MAX_NAME_CHARACTERS,
        pattern: PLAIN_TEXT,
        description: `A name for people: 1 to ${MAX_NAME_CHARACTERS} characters, no control characters. Without a name, a new tenant is named by its id.`,
      }),
    ),
    retentionDays: Type.Optional(
      Type.Union(
        [
          Type.Integer({
            minimum: 1,
            description: 'A whole number of days from 1 to POSTHORN_RETENTION_DAYS, or null for as many as those.',
          }),
          Type.Null(),
        ],
        {
          description: `${RETENTION_RULE} At most as many as the installation keeps history (POSTHORN_RETENTION_DAYS); null: as many. As it is, if left out.`,
        },
      ),
    ),
  },
  { ...CLOSED, title: 'PutTenant' },
);

export const TenantSchema = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    retentionDays: nullableNumber(
      `${RETENTION_RULE} null: as many as the installation keeps history. If those are fewer, they count.`,
    ),
    createdAt: time('When it was created.'),
    updatedAt: time('When it was last changed.'),
  },
  { title: 'Tenant', description: 'A customer of your application: owns endpoints and events.' },
);

export const TenantList = page('TenantList', TenantSchema);
export const TenantListQuery = Type.Object(
  {
    ...PAGE_QUERY,
    search: search(
      'Only tenants whose id or name contains this text. Upper and lower case do not differ (A to Z only).',
    ),
  },
  CLOSED,
);

/** A tenant as it is answered. */
export function showTenant(tenant: Tenant): Static<typeof TenantSchema> {
  return {
    id: tenant.id,
    name: tenant.name,
    retentionDays: tenant.retentionDays,
    createdAt: isoTime(tenant.createdAt),
    updatedAt: isoTime(tenant.updatedAt),
  };
}
