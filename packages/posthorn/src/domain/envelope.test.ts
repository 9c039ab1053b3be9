import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { envelopeFaults, eventIdIn, eventTypeIn, fillEnvelope } from './envelope.ts';
import { type EventId, makeId, parseId } from './ids.ts';
import { compactJson, jsonMembers } from './json.ts';

const fill = { eventId: 'ID', eventType: 'TYPE', createdAt: 'CREATED', sentAt: 'SENT' };
const ALL = '"eventId":"ID","eventType":"TYPE","createdAt":"CREATED","sentAt":"SENT"';

describe('filling the envelope', () => {
  for (const [payload, expected] of [
    ['{}', `{${ALL}}`],
    ['{"a":1}', `{"a":1,${ALL}}`],
    ['{"a":{"eventId":1,"sentAt":2}}', `{"a":{"eventId":1,"sentAt":2},${ALL}}`],
    ['{"a":"\\"eventId\\":1"}', `{"a":"\\"eventId\\":1",${ALL}}`],
    ['{"a":"eventId"}', `{"a":"eventId",${ALL}}`],
    ['{"EventId":1,"event_id":2}', `{"EventId":1,"event_id":2,${ALL}}`],
    ['{"eventId":"mine"}', '{"eventId":"mine","eventType":"TYPE","createdAt":"CREATED","sentAt":"SENT"}'],
    ['{"sentAt":null}', '{"sentAt":null,"eventId":"ID","eventType":"TYPE","createdAt":"CREATED"}'],
    ['{"createdAt":0,"x":[],"eventType":{}}', '{"createdAt":0,"x":[],"eventType":{},"eventId":"ID","sentAt":"SENT"}'],
    [
      '{"sentAt":1.0,"createdAt":false,"eventType":"","eventId":null}',
      '{"sentAt":1.0,"createdAt":false,"eventType":"","eventId":null}',
    ],
  ] as const) {
    it(`${payload} → ${expected}`, () => assert.equal(fillEnvelope(payload, fill), expected));
  }

  it('keeps every member in its place and adds only what is missing, for any payload', () => {
    const member = fc.tuple(
      fc.oneof(fc.constantFrom('eventId', 'eventType', 'createdAt', 'sentAt', 'a', '"eventId":'), fc.string()),
      fc.jsonValue({ maxDepth: 2 }),
    );
    fc.assert(
      fc.property(fc.uniqueArray(member, { selector: ([key]) => key, maxLength: 8 }), (members) => {
        const payload = `{${members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`;
        const filled = fillEnvelope(payload, fill);
        assert.deepEqual(compactJson(new TextEncoder().encode(filled)), { ok: true, text: filled });
        assert.equal(filled.startsWith(payload.slice(0, -1)), true);
        const missing = Object.entries(fill).filter(([field]) => !members.some(([key]) => key === field));
        assert.deepEqual(
          [...jsonMembers(filled)].slice(members.length),
          missing.map(([field, text]) => [field, JSON.stringify(text)]),
        );
      }),
    );
  });
});

const a = makeId<EventId>(1_700_000_000_000, Uint8Array.of(0xab, 0xcd, 0xef, 1, 2, 3, 4, 5, 6, 7));
const b = makeId<EventId>(1_700_000_000_001, new Uint8Array(10));
const v4 = parseId<EventId>('f47ac10b-58cc-4372-a567-0e02b2c3d479') ?? b;

/** Values that are no UUID, however close. */
const NO_UUID = [
  'null',
  '5',
  '""',
  '"order-17"',
  'true',
  `["${a}"]`,
  '{}',
  `"${a} "`,
  `"${a.replaceAll('-', '')}"`,
  `"{${a}}"`,
  String.raw`"\""`,
];

describe('the event id that a payload carries', () => {
  for (const [what, payload, expected] of [
    ['is its eventId', `{"a":1,"eventId":"${a}"}`, a],
    ['may be a UUID of any version', `{"eventId":"${v4}"}`, v4],
    ['is none without an eventId', '{"a":1}', null],
    ['is not taken from further inside', `{"data":{"eventId":"${a}"}}`, null],
    ['is not taken from another key', `{"eventid":"${a}","id":"${b}"}`, null],
    ['is none in capitals', `{"eventId":"${a.toUpperCase()}"}`, null],
    ...NO_UUID.map((value) => [`is none if that is ${value}`, `{"eventId":${value}}`, null] as const),
  ] as const) {
    it(what, () => assert.equal(eventIdIn(payload), expected));
  }
});

describe('the event type that a payload carries', () => {
  for (const [payload, expected] of [
    ['{"eventType":"order.paid"}', 'order.paid'],
    ['{}', undefined],
    ['{"data":{"eventType":"order.paid"}}', undefined],
    ['{"eventType":null}', undefined],
    ['{"eventType":["order.paid"]}', undefined],
    ['{"eventType":""}', undefined],
    ['{"eventType":"a b"}', undefined],
    ['{"eventType":"order.*"}', undefined],
  ] as const) {
    it(`of ${payload} is ${expected}`, () => assert.equal(eventTypeIn(payload), expected));
  }
});

describe('a payload contradicts its event', () => {
  const faults = (payload: string, id: EventId | null) => envelopeFaults(payload, { id, type: 'order.paid' });

  for (const [what, id, payload] of [
    ['the fields are left out', a, '{"a":1}'],
    ['the fields are left out and the id is made later', null, '{"a":1}'],
    ['the fields say the same', a, `{"eventType":"order.paid","eventId":"${a}"}`],
    ['others of the name are further inside', a, `{"data":{"eventId":null,"eventType":null}}`],
    ['names differ in their case', a, `{"eventid":null,"EventType":"x"}`],
    ['the other two fields say something else', a, '{"createdAt":null,"sentAt":7}'],
  ] as const) {
    it(`not if ${what}`, () => assert.deepEqual(faults(payload, id), []));
  }

  for (const [what, id, eventId, reason] of [
    ['another UUID', a, `"${b}"`, 'other_id'],
    ['capitals', a, `"${a.toUpperCase()}"`, 'not_lower_case'],
    ['a single capital', a, `"${a.replace('b', 'B')}"`, 'not_lower_case'],
    ['capitals before an id is made', null, `"${a.toUpperCase()}"`, 'not_lower_case'],
    ...NO_UUID.flatMap((value) => [
      [value, a, value, 'not_a_uuid'] as const,
      [`${value} before an id is made`, null, value, 'not_a_uuid'] as const,
    ]),
  ] as const) {
    it(`with the eventId ${what}`, () => {
      assert.deepEqual(faults(`{"eventId":${eventId}}`, id), [{ field: 'eventId', reason }]);
    });
  }

  for (const value of ['null', '5', '""', '[]', '"order.paid "', '"Order.paid"', '"order.*"', '["order.paid"]']) {
    it(`with the eventType ${value}`, () => {
      assert.deepEqual(faults(`{"eventType":${value}}`, a), [{ field: 'eventType', reason: 'other_type' }]);
    });
  }

  it('in both fields', () => assert.equal(faults('{"eventId":1,"eventType":1}', a).length, 2));

  it('or else carries its id and type once the envelope is filled, whatever it is', () => {
    const value = fc.oneof(fc.constantFrom(a, b, 'order.paid', ''), fc.jsonValue({ maxDepth: 1 }));
    fc.assert(
      fc.property(fc.record({ eventId: value, eventType: value }, { requiredKeys: [] }), (fields) => {
        const payload = JSON.stringify(fields);
        if (faults(payload, a).length > 0) return;
        const filled = jsonMembers(fillEnvelope(payload, { ...fill, eventId: a, eventType: 'order.paid' }));
        assert.equal(filled.get('eventId'), `"${a}"`);
        assert.equal(filled.get('eventType'), '"order.paid"');
      }),
    );
  });
});
