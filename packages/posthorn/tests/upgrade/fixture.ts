// Databases that were written by earlier releases, as `write-fixture.ts` left them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));
/** The encryption key that all of them were written with, in base64. */
export const FIXTURE_KEY = Buffer.alloc(32, 7).toString('base64');

/** The API's answers when the fixture was written, as far as the tests look at them. */
export interface Facts {
  readonly receiver: string;
  readonly ids: { readonly well: string; readonly failing: string; readonly off: string; readonly removed: string };
  readonly tenants: Readonly<Record<'acme' | 'globex', TenantFacts>>;
}

interface TenantFacts {
  readonly tenant: { readonly name: string };
  readonly endpoints: readonly (Record<string, unknown> & { readonly id: string })[];
  readonly secrets: readonly { readonly secret: string; readonly headers: Record<string, string> }[];
  readonly events: readonly { readonly id: string; readonly type: string; readonly payload: unknown }[];
  readonly deliveries: readonly {
    readonly id: string;
    readonly endpointId: string;
    readonly state: string;
    readonly attempts: readonly (Record<string, unknown> & { readonly id: string })[];
  }[];
  readonly replays: readonly { readonly id: string; readonly state: string; readonly total: number }[];
}

export function readFixture(name: string): Buffer {
  return gunzipSync(readFileSync(`${FIXTURES}${name}.gz`));
}

export function readFacts(name: string): Facts {
  return JSON.parse(readFixture(`${name}.facts`).toString('utf8'));
}
