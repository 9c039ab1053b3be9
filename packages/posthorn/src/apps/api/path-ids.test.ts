import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namesIn, pathIdReader, pathSchema } from './path-ids.ts';
import { Problem } from './problems.ts';

const PATH = '/tenants/:tenant/endpoints/:endpoint/secret';
const ENDPOINT = '0190163d-8694-739b-aea5-966c26f8ad91';

/** The problem that a call throws. */
function refusalOf(call: () => unknown): Problem {
  try {
    call();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('ids in a path', () => {
  it('are those that the path names, in its order', () => {
    assert.deepEqual(namesIn(PATH), ['tenant', 'endpoint']);
    assert.deepEqual(namesIn('/stats'), []);
    assert.deepEqual(Object.keys(pathSchema(PATH).properties), ['tenant', 'endpoint']);
    assert.deepEqual(pathIdReader(PATH, undefined)({ tenant: 'acme', endpoint: ENDPOINT }), {
      tenant: 'acme',
      endpoint: ENDPOINT,
    });
  });

  it('are answered like unknown ones when they cannot be the id of anything', () => {
    const read = pathIdReader(PATH, undefined);
    for (const [params, detail] of [
      [{ tenant: '..', endpoint: ENDPOINT }, 'There is no such tenant.'],
      [{ tenant: 'acme', endpoint: 'first' }, 'There is no such endpoint.'],
      [{ tenant: 'acme' }, 'There is no such endpoint.'],
    ] as const) {
      const { kind, parts } = refusalOf(() => read(params));
      assert.deepEqual([kind, parts.detail], ['not-found', detail]);
    }
  });

  it('are refused with the rule when the caller chooses them', () => {
    const { kind, parts } = refusalOf(() => pathIdReader('/tenants/:tenant', 'tenant')({ tenant: '..' }));
    assert.equal(kind, 'invalid');
    assert.match(parts.errors?.[0]?.field ?? '', /^path\.tenant$/);
    assert.match(parts.detail, /must be 1 to 64 of/);
  });

  it('must be known here: a path that names anything else is a defect', () => {
    assert.throws(() => namesIn('/tenants/:tenant/things/:thing'), /names thing, which is no id/);
    assert.throws(() => namesIn('/tenants/:toString'), /names toString/);
  });
});
