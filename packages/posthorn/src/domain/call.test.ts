import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Call, callOf, sentRequest, sentSignature, unnamedBefore } from './call.ts';
import { DEFAULT_SETTINGS } from './endpoint/settings.ts';
import { type AttemptId, type DeliveryId, type EndpointId, type EventId, makeId, type TenantId } from './ids.ts';
import { headerNamesOf, signatureOf, signingKeyOf } from './profile.ts';
import { wall } from './time.ts';

const at = 1_700_000_000_000;
const [endpointId, eventId, deliveryId, attemptId] = [1, 2, 3, 4].map((byte) =>
  makeId(at, new Uint8Array(10).fill(byte)),
) as [EndpointId, EventId, DeliveryId, AttemptId];
const SECRET = 'phsec_0123456789abcdef';
const BODY = new TextEncoder().encode('{"n":300.20}');
const EVENT = { id: eventId, tenantId: 'acme' as TenantId, type: 'order.paid', createdAt: wall(at), body: BODY };
const SENDER = { names: headerNamesOf('x-iadvize-'), userAgent: 'Posthorn/1.2.3' };
const SETTINGS = {
  ...DEFAULT_SETTINGS,
  url: 'https://receiver.example:8443/hook?token=t',
  headers: { authorization: 'Bearer secret', 'x-iadvize-signature': 'forged' },
  secrets: [SECRET, 'an older one'] as const,
};
const CALL = callOf(
  { ...SETTINGS, id: endpointId, signingKey: signingKeyOf(SECRET) },
  EVENT,
  { attemptId, deliveryId },
  SENDER,
);

describe('a call', () => {
  it('carries the ids of everything that it is about', () => {
    const { tenantId } = CALL;
    assert.deepEqual(
      [tenantId, CALL.endpointId, CALL.eventId, CALL.deliveryId, CALL.attemptId],
      ['acme', endpointId, eventId, deliveryId, attemptId],
    );
  });

  it('is signed with the newest secret over the bytes that are sent', () => {
    assert.equal(CALL.body, BODY);
    assert.deepEqual(CALL.headers.at(-1), ['x-iadvize-signature', signatureOf(signingKeyOf(SECRET), BODY)]);
  });
});

describe('the request of an attempt, made again', () => {
  type Settings = Parameters<typeof sentSignature>[0] & Parameters<typeof sentRequest>[0];
  const made = (settings: Settings, call: Omit<Call, 'body'> & { readonly body: Uint8Array | null }) =>
    sentRequest(settings, { ...call, signature: sentSignature(settings, call.body) }, SENDER);
  const shown = made(SETTINGS, CALL);

  it('is what was sent, with the endpoint’s own headers hidden', () => {
    const sent = CALL.headers.map(([name, value]) => [name, name === 'authorization' ? null : value]);
    assert.deepEqual(shown, {
      method: 'POST',
      url: CALL.url,
      profile: 'iadvize',
      headers: [
        ['host', 'receiver.example:8443'],
        ['connection', 'keep-alive'],
        ...sent,
        ['content-length', String(BODY.length)],
      ],
      signature: signatureOf(signingKeyOf(SECRET), BODY),
    });
  });

  it('has no signature once the secret or the payload was erased, and hides no other header for it', () => {
    const withoutSecret = made({ ...SETTINGS, secrets: [null, 'an older one'] }, CALL);
    const withoutBody = made(SETTINGS, { ...CALL, body: null });
    for (const { signature, headers } of [withoutSecret, withoutBody]) {
      assert.equal(signature, null);
      assert.equal(new Map(headers).get('x-iadvize-signature'), null);
      assert.equal(new Map(headers).get('x-iadvize-delivery'), attemptId);
    }
    assert.equal(new Map(withoutBody.headers).has('content-length'), false);
  });
});

describe('a version is named by no attempt', () => {
  const HOUR = 3_600_000;
  const cases: readonly (readonly [string, DeliveryId | undefined, number])[] = [
    ['before now, when there is no attempt', undefined, at],
    ['an hour before the oldest delivery that has one', deliveryId, at - HOUR],
    ['before now, when all deliveries are younger', makeId<DeliveryId>(at + 2 * HOUR, new Uint8Array(10)), at],
  ];
  for (const [what, oldest, before] of cases) it(what, () => assert.equal(unnamedBefore(wall(at), oldest), before));
});
