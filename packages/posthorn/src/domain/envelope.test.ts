import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fillEnvelope, resolveEventId } from './envelope.ts';
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

describe('the event’s id', () => {
  const a = makeId<EventId>(1_700_000_000_000, Uint8Array.of(0xab, 0xcd, 0xef, 1, 2, 3, 4, 5, 6, 7));
  const b = makeId<EventId>(1_700_000_000_001, new Uint8Array(10));
  const v4 = parseId<EventId>('f47ac10b-58cc-4372-a567-0e02b2c3d479') ?? b;

  for (const [what, requested, payload, expected] of [
    ['is left open when nobody names one', null, '{"a":1}', { ok: true, id: null }],
    ['is the request’s when the payload names none', a, '{"a":1}', { ok: true, id: a }],
    ['is the payload’s when the request names none', null, `{"a":1,"eventId":"${a}"}`, { ok: true, id: a }],
    ['may be a UUID of any version', null, `{"eventId":"${v4}"}`, { ok: true, id: v4 }],
    ['may be named by both', a, `{"eventId":"${a}"}`, { ok: true, id: a }],
    ['may not be named differently', a, `{"eventId":"${b}"}`, { ok: false, reason: 'differs' }],
    ['is not taken from further inside', null, `{"data":{"eventId":"${a}"}}`, { ok: true, id: null }],
    ['is not taken from another key', null, `{"eventid":"${a}","id":"${b}"}`, { ok: true, id: null }],
    [
      'may not be spelled in capitals',
      null,
      `{"eventId":"${a.toUpperCase()}"}`,
      { ok: false, reason: 'not_lower_case' },
    ],
    [
      'may not be spelled in capitals though the request names it',
      a,
      `{"eventId":"${a.toUpperCase()}"}`,
      { ok: false, reason: 'not_lower_case' },
    ],
    [
      'may not have a single capital',
      null,
      `{"eventId":"${a.replace('b', 'B')}"}`,
      { ok: false, reason: 'not_lower_case' },
    ],
  ] as const) {
    it(what, () => assert.deepEqual(resolveEventId(requested, payload), expected));
  }

  for (const own of [
    'null',
    '5',
    '""',
    '"order-17"',
    `["${a}"]`,
    '{}',
    `"${a} "`,
    `"${a.replaceAll('-', '')}"`,
    `"{${a}}"`,
  ]) {
    it(`has nothing to do with a payload’s eventId ${own}, which is no UUID`, () => {
      assert.deepEqual(resolveEventId(null, `{"eventId":${own}}`), { ok: true, id: null });
      assert.deepEqual(resolveEventId(a, `{"eventId":${own}}`), { ok: true, id: a });
    });
  }
});
