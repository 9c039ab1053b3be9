import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Compile } from 'typebox/compile';
import { ApiBench, member, text } from '../../../tests/support/api-bench.ts';
import { PROBLEM_KINDS } from './problems.ts';

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];

interface Operation {
  readonly name: string;
  readonly path: string;
  readonly operation: unknown;
}

function entries(value: unknown): [string, unknown][] {
  return Object.entries(Object(value));
}

/** Every object in the document, with its place. */
function* walk(value: unknown, at = '#'): Generator<readonly [string, object]> {
  if (typeof value !== 'object' || value === null) return;
  yield [at, value];
  for (const [name, inside] of Object.entries(value)) yield* walk(inside, `${at}/${name}`);
}

describe('the OpenAPI document', () => {
  let bench: ApiBench;
  let document: unknown;
  let operations: Operation[];
  const routes = new Set<string>();

  before(async () => {
    bench = new ApiBench();
    bench.app.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) if (one !== 'HEAD') routes.add(`${one} ${url.replace(/:(\w+)/g, '{$1}')}`);
    });
    await bench.engine.start();
    await bench.app.ready();
    document = JSON.parse((await bench.app.inject({ url: '/openapi.json' })).body);
    operations = entries(member(document, 'paths')).flatMap(([path, methods]) =>
      entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, operation })),
    );
  });
  after(async () => await bench[Symbol.asyncDispose]());

  it('is OpenAPI 3.1 and says what it is of', () => {
    assert.match(text(document, 'openapi'), /^3\.1\.\d+$/);
    assert.equal(text(document, 'info', 'title'), 'Posthorn');
    assert.equal(text(document, 'info', 'version'), '0.0.0-test');
    assert.deepEqual(member(document, 'components', 'securitySchemes', 'key'), { type: 'http', scheme: 'bearer' });
  });

  it('has every route but its own, the reference and the dashboard', () => {
    const documented = operations.map(({ name }) => name);
    const expected = [...routes].filter((route) => !/ \/(docs|openapi\.json|session)/.test(route));
    assert.deepEqual(documented.sort(), expected.sort());
    for (const { name } of operations) assert.ok(METHODS.includes(name.split(' ')[0]?.toLowerCase() ?? ''), name);
  });

  it('gives every operation an id of its own, a summary and a known tag', () => {
    const ids = operations.map(({ operation }) => text(operation, 'operationId'));
    assert.equal(new Set(ids).size, ids.length);
    const tags = Object.values(Object(member(document, 'tags'))).map((tag) => text(tag, 'name'));
    for (const { name, operation } of operations) {
      assert.ok(text(operation, 'summary').length > 10, name);
      assert.ok(tags.includes(text(operation, 'tags', 0)), name);
    }
  });

  it('describes exactly the parameters of each path', () => {
    for (const { name, path, operation } of operations) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const given = entries(member(operation, 'parameters')).map(([, parameter]) => parameter);
      const inPath = given.filter((parameter) => member(parameter, 'in') === 'path');
      assert.deepEqual(inPath.map((parameter) => member(parameter, 'name')).sort(), wanted.sort(), name);
      for (const parameter of given) assert.ok(text(parameter, 'description').length > 5, name);
    }
  });

  it('describes every answer, with problems as problem documents', () => {
    const statuses = new Set(Object.values(PROBLEM_KINDS).map(({ status }) => String(status)));
    for (const { name, operation } of operations) {
      const responses = entries(member(operation, 'responses'));
      assert.ok(
        responses.some(([status]) => /^2\d\d$/.test(status)),
        name,
      );
      for (const [status, response] of responses) {
        assert.notEqual(text(response, 'description'), 'Default Response', `${name} ${status}`);
        if (Number(status) < 400) continue;
        assert.ok(statuses.has(status), `${name} ${status}`);
        const schema = member(response, 'content', 'application/problem+json', 'schema');
        assert.deepEqual(schema, { $ref: '#/components/schemas/Problem' }, `${name} ${status}`);
      }
    }
  });

  it('asks for a key on everything under /v1 and on nothing else', () => {
    for (const { name, path, operation } of operations) {
      const open = JSON.stringify(member(operation, 'security')) === '[]';
      assert.equal(open, !path.startsWith('/v1/'), name);
      assert.equal(member(operation, 'responses', '401') !== undefined, path.startsWith('/v1/'), name);
    }
  });

  it('refers only to what it has, and all of its schemas compile', () => {
    for (const [at, part] of walk(document)) {
      const reference = member(part, '$ref');
      if (reference === undefined) continue;
      const path = String(reference).split('/').slice(1);
      assert.notEqual(member(document, ...path), undefined, `${at}: ${reference}`);
    }
    for (const [name, schema] of entries(member(document, 'components', 'schemas'))) {
      assert.doesNotThrow(() => Compile(Object(schema)), name);
      assert.equal(text(schema, 'title'), name);
    }
  });

  it('shows the limits', () => {
    const schemas = member(document, 'components', 'schemas');
    assert.equal(member(schemas, 'NewEvents', 'properties', 'events', 'maxItems'), 1_000);
    assert.equal(member(schemas, 'NewEndpoint', 'properties', 'description', 'maxLength'), 1_024);
    assert.equal(member(schemas, 'NewEndpoint', 'properties', 'scheduleMs', 'maxItems'), 20);
    assert.equal(member(schemas, 'NewEvent', 'additionalProperties'), false);
  });

  it('says which bodies may be left out', () => {
    const required = (path: string, method: string) =>
      member(document, 'paths', path, method, 'requestBody', 'required');
    assert.equal(required('/v1/tenants/{tenant}', 'put'), false);
    assert.equal(required('/v1/tenants/{tenant}/endpoints/{endpoint}/test', 'post'), false);
    assert.equal(required('/v1/tenants/{tenant}/endpoints/{endpoint}', 'patch'), true);
    assert.equal(required('/v1/tenants/{tenant}/events', 'post'), true);
  });
});

describe('the reference at /docs', () => {
  it('loads everything from this server, and its policy allows nothing else', async () => {
    await using bench = await ApiBench.open();
    const page = await bench.app.inject({ url: '/docs' });
    assert.equal(page.statusCode, 200);
    const policy = String(page.headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /https?:|unsafe|\*/);
    assert.equal(page.headers['x-content-type-options'], 'nosniff');
    const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
    assert.ok(assets.length >= 4);
    for (const named of assets) {
      const path = new URL(named, 'http://localhost/docs').pathname;
      assert.match(path, /^\/docs\/static\//);
      const asset = await bench.app.inject({ url: path });
      assert.equal(asset.statusCode, 200, path);
      assert.equal(asset.headers['content-security-policy'], policy, path);
    }
    const part = { url: `/docs/${assets[0]?.replace('./docs/', '')}`, headers: { range: 'bytes=999999999-' } };
    assert.equal((await bench.app.inject(part)).statusCode, 200);
    const initializer = await bench.app.inject({ url: '/docs/static/swagger-initializer.js' });
    assert.doesNotMatch(initializer.body.replace(/^ *\/\/.*$/gm, ''), /https?:\/\//);
    assert.match(initializer.body, /validatorUrl: null/);
    const document = await bench.app.inject({ url: '/docs/json' });
    const { servers, ...described } = document.json();
    assert.deepEqual(described, (await bench.app.inject({ url: '/openapi.json' })).json());
    // As seen from where the page has it: calls from the page go to this Posthorn, below whatever path.
    assert.deepEqual(servers, [{ url: '../', description: 'this Posthorn' }]);
    assert.equal((await bench.app.inject({ url: '/docs/static/index.html' })).headers.location, '../');
  });
});
