// Requests drawn at random from the API's own description: well-formed ones from the schemas, then made wrong at places.
import fc from 'fast-check';
import { member } from '../../posthorn/tests/support/api-bench.ts';
import { badKey, badText, badValue } from './bad-values.ts';
import { Members, membersOf, writeJson } from './json-text.ts';
import type { Operation, Parameter, Schema } from './operations.ts';
import { type Ids, OTHER, OWN, type Scene } from './scene.ts';

/** The generator of texts knows no conditions on what stands around: without them a few texts are refused, which is fine. */
const LOOKAROUND = /\(\?<?[!=](?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)/g;

export interface Drawn {
  readonly operation: Operation;
  /** With its query, as it is written. */
  readonly target: string;
  readonly tenant: string | undefined;
  readonly body: string | undefined;
  readonly contentType: string | undefined;
  /** Lines of the head, besides those that every request has. */
  readonly headers: readonly string[];
}

type Give = () => string;

/** The attacker's knowledge, to be put at any place. */
interface Knowledge {
  readonly anything: readonly Give[];
  readonly ids: readonly Give[];
  readonly cursors: readonly Give[];
}

const pickFrom =
  (ids: readonly string[], index: number): Give =>
  () =>
    ids[index % Math.max(1, ids.length)] ?? 'none';
const cursorOf = (list: string, key: string): string => Buffer.from(`${list}:${key}`, 'utf8').toString('base64url');

function knowledgeOf({ own, other }: Scene): Knowledge {
  const some = (ids: Ids): Give[] =>
    [ids.endpoints, ids.events, ids.deliveries, ids.replays].flatMap((kind) =>
      [0, 1, 2].map((index) => pickFrom(kind, index)),
    );
  const ids = [...some(own), ...some(other)];
  const cursors: Give[] = [
    () => cursorOf('tenants', OTHER),
    () => cursorOf('tenants', "' or 1=1"),
    () => cursorOf('endpoints', pickFrom(other.endpoints, 1)()),
    () => cursorOf('deliveries', pickFrom(other.deliveries, 2)()),
    () => cursorOf('deliveries', 'f'.repeat(36)),
    () => cursorOf('events', `${Date.now()}:${pickFrom(other.events, 0)()}`),
    () => cursorOf('events', `99999999999999999:${pickFrom(other.events, 0)()}`),
    () => cursorOf('events', '-1:x'),
    () => cursorOf('replays', pickFrom(other.replays, 0)()),
    () => `${cursorOf('tenants', OWN)}=`,
    () => Buffer.from([0xff, 0xfe, 0x00]).toString('base64url'),
  ];
  return { anything: [...ids, ...cursors, () => OWN, () => OTHER], ids, cursors };
}

/** A value that a schema asks for. @param name of the field or parameter: some have to lead somewhere real */
function schemaValue(schema: Schema, name: string, scene: Scene, knowledge: Knowledge): fc.Arbitrary<unknown> {
  const inner = (part: unknown, of: string) => schemaValue(Object(part), of, scene, knowledge);
  const alternatives = member(schema, 'anyOf');
  if (Array.isArray(alternatives)) return fc.oneof(...alternatives.map((one) => inner(one, name)));
  const words = member(schema, 'enum');
  if (Array.isArray(words)) return fc.constantFrom<unknown>(...words);
  if (name === 'url') return urlOf(scene);
  if (name === 'headers') return headersOf(scene);
  if (name === 'payload') return payloadOf(scene);
  switch (member(schema, 'type')) {
    case 'integer':
      return fc.integer({ min: Number(schema['minimum'] ?? -10), max: Number(schema['maximum'] ?? 1_000) });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const [minLength, maxLength] = [Number(schema['minItems'] ?? 0), Math.min(5, Number(schema['maxItems'] ?? 5))];
      return fc.array(inner(schema['items'], ''), { minLength, maxLength });
    }
    case 'object':
      return objectOf(schema, inner);
    default:
      return textOf(schema, name, scene, knowledge);
  }
}

function objectOf(schema: Schema, inner: (part: unknown, name: string) => fc.Arbitrary<unknown>) {
  const properties = Object.entries(Object(schema['properties']));
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  return fc.record(Object.fromEntries(properties.map(([name, part]) => [name, inner(part, name)])), {
    requiredKeys: required,
  });
}

function textOf(schema: Schema, name: string, { canaries }: Scene, { ids }: Knowledge): fc.Arbitrary<string> {
  if (member(schema, 'format') === 'uuid')
    return fc.oneof(
      fc.constantFrom(...ids).map((give) => give()),
      fc.uuid(),
    );
  if (name === 'secret')
    return fc.string({ minLength: 0, maxLength: 40 }).map((text) => text + canaries.submitted.text);
  if (name === 'type' || name === 'eventType') return fc.constantFrom('order.paid', 'order.refunded', 'user.created');
  const pattern = member(schema, 'pattern');
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern.replaceAll(LOOKAROUND, '')));
  const [minLength, maxLength] = [Number(schema['minLength'] ?? 0), Math.min(60, Number(schema['maxLength'] ?? 60))];
  return fc.string({ minLength, maxLength: Math.max(minLength, maxLength) });
}

/** Nothing but this machine, or names that are nobody's. */
function urlOf({ receiverUrl, canaries }: Scene): fc.Arbitrary<string> {
  const token = canaries.submitted.text;
  return fc.constantFrom(
    `${receiverUrl}/own?token=${token}`,
    `${receiverUrl}/500`,
    `https://somewhere.invalid/${token}`,
    `https://user:${token}@somewhere.invalid/`,
    `https://169.254.169.254/${token}`,
    `https://10.0.0.1/${token}`,
    `https://[::1]/${token}`,
    `https://0x7f.1/${token}`,
    `http://somewhere.invalid/${token}`,
    `file:///etc/${token}`,
    `https://somewhere.invalid/#${token}`,
    `javascript:alert('${token}')`,
  );
}

function headersOf({ canaries }: Scene): fc.Arbitrary<unknown> {
  const name = fc.oneof(
    fc.constantFrom('authorization', 'x-key', 'X-Key', 'Host', 'content-length', 'x-iadvize-signature', '__proto__'),
    fc.string({ maxLength: 20 }),
  );
  const value = fc.oneof(fc.constant(canaries.submitted.text), fc.string({ maxLength: 40 }));
  return fc.array(fc.tuple(name, value), { maxLength: 4 }).map((list) => new Members(list));
}

function payloadOf({ canaries }: Scene): fc.Arbitrary<unknown> {
  return fc
    .dictionary(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 })
    .map((object) => new Members([...Object.entries(object), ['card', canaries.submitted.text]]));
}

/** A change to a tree at a place that is counted through its nodes. */
type Harm =
  | { readonly kind: 'replace'; readonly place: number; readonly value: unknown }
  | { readonly kind: 'remove'; readonly place: number }
  | { readonly kind: 'add'; readonly place: number; readonly key: string; readonly value: unknown }
  | { readonly kind: 'repeat'; readonly place: number };

function harmOf(knowledge: Knowledge): fc.Arbitrary<Harm> {
  const place = fc.nat(40);
  const value = badValue(knowledge.anything);
  return fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('replace' as const), place, value }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), place }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('add' as const), place, key: badKey, value }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), place }) },
  );
}

/** Does harm to the node that is met `place` nodes from the root, over and over. */
function harmed(tree: unknown, harm: Harm): unknown {
  const size = count(tree);
  let left = harm.place % size;
  const visit = (node: unknown): unknown => {
    if (left-- === 0) return hit(node, harm);
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== 'object' || node === null || 'json' in node) return node;
    return new Members(membersOf(node).list.map(([key, value]) => [key, visit(value)]));
  };
  return visit(tree);
}

function hit(node: unknown, harm: Harm): unknown {
  const isObject = typeof node === 'object' && node !== null && !Array.isArray(node) && !('json' in node);
  switch (harm.kind) {
    case 'replace':
      return harm.value;
    case 'remove':
      return isObject ? new Members(membersOf(node).list.slice(1)) : [];
    case 'add':
      return isObject ? new Members([...membersOf(node).list, [harm.key, harm.value]]) : [node, harm.value];
    case 'repeat':
      return isObject ? new Members([...membersOf(node).list, ...membersOf(node).list]) : [node, node];
  }
}

function count(node: unknown): number {
  if (Array.isArray(node)) return node.reduce<number>((sum, inside) => sum + count(inside), 1);
  if (typeof node !== 'object' || node === null || 'json' in node) return 1;
  return membersOf(node).list.reduce((sum, [, inside]) => sum + count(inside), 1);
}

const TYPES = ['application/json; charset=latin1', 'text/plain', 'application/x-www-form-urlencoded', 'a'.repeat(500)];

function bodyOf(operation: Operation, scene: Scene, knowledge: Knowledge) {
  const { body } = operation;
  if (operation.method === 'GET') return fc.constant(undefined);
  const good = body === undefined ? fc.constant<unknown>({}) : schemaValue(body, '', scene, knowledge);
  const bad = fc
    .tuple(good, fc.array(harmOf(knowledge), { minLength: 1, maxLength: 3 }))
    .map(([tree, harms]) => harms.reduce(harmed, tree));
  const garbage = fc.string({ unit: 'binary', maxLength: 200 });
  return fc.oneof(
    { weight: 4, arbitrary: good.map(writeJson) },
    { weight: 8, arbitrary: bad.map(writeJson) },
    { weight: 1, arbitrary: garbage },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

/** Percent-encodes what would end the target, or nothing, or everything. */
const ENCODERS: readonly ((text: string) => string)[] = [
  (text) => encodeURIComponent(text.toWellFormed()),
  (text) => encodeURIComponent(text.toWellFormed()),
  (text) => text.replace(/[^!-~]|[?#/]/g, (character) => encodeURIComponent(character.toWellFormed())),
  (text) => Buffer.from(text).reduce((written, byte) => `${written}%${byte.toString(16).padStart(2, '0')}`, ''),
];
const encoder = fc.constantFrom(...ENCODERS);

/** The targets' length is bounded by the server; what is longer than this only tests that again. */
const MAX_SEGMENT_CHARACTERS = 4_000;

function segmentOf({ name }: Parameter, { method }: Operation, scene: Scene, knowledge: Knowledge) {
  const kinds: Readonly<Record<string, (ids: Ids) => readonly string[]>> = {
    endpoint: ({ endpoints }) => endpoints,
    event: ({ events }) => events,
    delivery: ({ deliveries }) => deliveries,
    replay: ({ replays }) => replays,
  };
  if (name === 'tenant') {
    // The other tenant's things may be looked at, but never changed.
    const strange = badText(knowledge.anything).filter((text) => text !== OTHER);
    const real = fc.constantFrom(OWN, OWN, OWN, ...(method === 'GET' ? [OTHER] : []));
    return fc.oneof({ weight: 9, arbitrary: real }, { weight: 1, arbitrary: strange });
  }
  const kind = kinds[name];
  if (kind === undefined) return badText(knowledge.anything);
  return fc.oneof(
    { weight: 4, arbitrary: fc.nat(3).map((index) => pickFrom(kind(scene.own), index)()) },
    { weight: 2, arbitrary: fc.nat(3).map((index) => pickFrom(kind(scene.other), index)()) },
    { weight: 1, arbitrary: fc.nat(3).map((index) => pickFrom(kind(scene.own), index)().toUpperCase()) },
    { weight: 1, arbitrary: badText(knowledge.anything) },
  );
}

function queryOf(operation: Operation, scene: Scene, knowledge: Knowledge): fc.Arbitrary<string> {
  const parameters = operation.parameters.filter((parameter) => parameter.in === 'query');
  if (parameters.length === 0) return fc.constantFrom('', '', '', '?', '?x=1', '?limit=1');
  const values = parameters.map(({ name, schema }) =>
    fc.tuple(
      fc.constant(name),
      fc.oneof(
        { weight: 2, arbitrary: schemaValue(schema, name, scene, knowledge).map(String) },
        { weight: 2, arbitrary: badText(knowledge.anything) },
        { weight: name === 'cursor' ? 4 : 0, arbitrary: fc.constantFrom(...knowledge.cursors).map((give) => give()) },
      ),
    ),
  );
  const pair = fc.oneof(...values, fc.tuple(fc.string({ maxLength: 10 }), badText(knowledge.anything)));
  return fc
    .array(fc.tuple(pair, encoder), { maxLength: 4 })
    .map((pairs) =>
      pairs.map(([[name, value], encode]) => `${encodeURIComponent(name.toWellFormed())}=${encode(value)}`),
    )
    .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.join('&')}`.slice(0, MAX_SEGMENT_CHARACTERS)));
}

/** Headers that the operation knows, now and then, with whatever a header may hold. */
function headerLinesOf(operation: Operation, scene: Scene, knowledge: Knowledge): fc.Arbitrary<readonly string[]> {
  const parameters = operation.parameters.filter((parameter) => parameter.in === 'header');
  const lines = parameters.map(({ name, schema }) =>
    fc
      .oneof(schemaValue(schema, name, scene, knowledge).map(String), badText(knowledge.anything))
      .map((value) => `${name}: ${value.replace(/[^ -~]/g, '').slice(0, MAX_SEGMENT_CHARACTERS)}`),
  );
  return fc.oneof(fc.constant([]), fc.tuple(...lines));
}

/** Requests for one operation: some in good order, most not. */
export function requestsFor(operation: Operation, scene: Scene): fc.Arbitrary<Drawn> {
  const knowledge = knowledgeOf(scene);
  const parts = operation.parameters.filter((parameter) => parameter.in === 'path');
  const segments = fc.tuple(
    ...parts.map((parameter) => fc.tuple(segmentOf(parameter, operation, scene, knowledge), encoder)),
  );
  const contentType = fc.oneof(
    { weight: 12, arbitrary: fc.constant('application/json') },
    { weight: 1, arbitrary: fc.constantFrom(...TYPES, undefined) },
  );
  const body = bodyOf(operation, scene, knowledge);
  return fc
    .tuple(
      segments,
      queryOf(operation, scene, knowledge),
      body,
      contentType,
      headerLinesOf(operation, scene, knowledge),
    )
    .map(([values, query, text, type, headers]) => {
      let target = operation.path;
      let tenant: string | undefined;
      values.forEach(([value, encode], index) => {
        const name = parts[index]?.name ?? '';
        if (name === 'tenant') tenant = value;
        target = target.replace(`{${name}}`, () => encode(value).slice(0, MAX_SEGMENT_CHARACTERS));
      });
      return {
        operation,
        target: target + query,
        tenant,
        body: text,
        contentType: text === undefined ? undefined : type,
        headers,
      };
    });
}
