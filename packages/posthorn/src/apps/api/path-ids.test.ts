import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type EndpointId, parseId } from '../../domain/ids.ts';
import { namesIn, pathIdReader, pathSchema } from './path-ids.ts';
import { Problem } from './problems.ts';

const PATH = '/tenants/:tenant/endpoints/:endpoint/secret';
const ENDPOINT = '0190163d-8694-739b-aea5-966c26f8ad91';

const UID = 'billing:main';
const find = async (tenant: string, uid: string) =>
  tenant === 'acme' && uid === UID ? parseId<EndpointId>(ENDPOINT) : undefined;

/** The problem that a call throws. */
async function refusalOf(call: () => unknown): Promise<Problem> {
  try {
    await call();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('ids in a path', () => {
  it('are those that the path names, in its order', async () => {
    assert.deepEqual(namesIn(PATH), ['tenant', 'endpoint']);
    assert.deepEqual(namesIn('/stats'), []);
    assert.deepEqual(Object.keys(pathSchema(PATH, undefined).properties), ['tenant', 'endpoint']);
    const read = pathIdReader(PATH, undefined);
    for (const endpoint of [ENDPOINT, UID]) {
      assert.deepEqual(await read({ tenant: 'acme', endpoint }, find), { tenant: 'acme', endpoint: ENDPOINT });
    }
  });

  it('are answered like unknown ones when they cannot be the id of anything', async () => {
    const read = pathIdReader(PATH, undefined);
    for (const [params, detail] of [
      [{ tenant: '..', endpoint: ENDPOINT }, 'There is no such tenant.'],
      [{ tenant: 'acme', endpoint: 'first' }, 'There is no such endpoint.'],
      [{ tenant: 'other', endpoint: UID }, 'There is no such endpoint.'],
      [{ tenant: 'acme', endpoint: ENDPOINT.toUpperCase() }, 'There is no such endpoint.'],
      [{ tenant: 'acme' }, 'There is no such endpoint.'],
    ] as const) {
      const { kind, parts } = await refusalOf(() => read(params, find));
      assert.deepEqual([kind, parts.detail], ['not-found', detail]);
    }
  });

  it('are refused with the rule when the caller chooses them', async () => {
    const { kind, parts } = await refusalOf(() => pathIdReader('/tenants/:tenant', 'tenant')({ tenant: '..' }, find));
    assert.equal(kind, 'invalid');
    assert.match(parts.errors?.[0]?.field ?? '', /^path\.tenant$/);
    assert.match(parts.detail, /must be 1 to 64 of/);
  });

  it('must be known here: a path that names anything else is a defect', () => {
    assert.throws(() => namesIn('/tenants/:tenant/things/:thing'), /names thing, which is no id/);
    assert.throws(() => namesIn('/tenants/:toString'), /names toString/);
  });
});
