import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isEventType, isSubscription, matches, storedSubscriptions } from './event-type.ts';

const segment = fc.stringMatching(/^[A-Za-z0-9_:/-]{1,12}$/);
const eventType = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join('.'));

describe('an event type', () => {
  for (const text of [
    'a',
    '0',
    'user',
    'user.created',
    'user.a.b',
    'Conversation_Closed',
    'v-2.x_1',
    'order:created',
    'order/created',
    'com.example:orders/v2.created',
    ':',
    '/',
    'a'.repeat(128),
  ]) {
    it(`may be ${text.slice(0, 24)}`, () => assert.equal(isEventType(text), true));
  }
  for (const [text, why] of [
    ['', 'empty'],
    ['a'.repeat(129), 'too long'],
    ['.', 'only a dot'],
    ['.user', 'empty first segment'],
    ['user.', 'empty last segment'],
    ['user..created', 'empty segment'],
    ['user.*', 'a subscription'],
    ['*', 'a star'],
    ['user created', 'a space'],
    ['user\\created', 'a backslash'],
    ['user#created', 'a hash'],
    ['user:.', 'empty last segment'],
    ['user:*', 'a subscription'],
    ['user/*', 'a subscription'],
    ['usér', 'not ASCII'],
    ['user\n', 'a line end'],
    ['user\0', 'a NUL'],
  ] as const) {
    it(`may not be ${JSON.stringify(text.slice(0, 24))}: ${why}`, () => assert.equal(isEventType(text), false));
  }

  it('is judged in linear time', () => {
    const began = process.threadCpuUsage();
    for (let i = 0; i < 1_000; i++) {
      isEventType(`${'a.'.repeat(63)}a!`);
      isSubscription(`${'a:'.repeat(63)}!`);
      isSubscription(`${'/.'.repeat(63)}!`);
    }
    const { user } = process.threadCpuUsage(began);
    assert.ok(user < 1_000_000, `${user} µs`);
  });
});

describe('a subscription', () => {
  for (const text of [
    '*',
    'user',
    'user.created',
    'user.*',
    'user.a.*',
    'user:*',
    'user.v2/*',
    ':*',
    'user:.*',
    `${'a'.repeat(126)}.*`,
  ]) {
    it(`may be ${text.slice(0, 24)}`, () => assert.equal(isSubscription(text), true));
  }
  for (const text of [
    '',
    '**',
    '.*',
    '..*',
    'user-*',
    'user:*.a',
    'user.:.:**',
    '*.created',
    'user.*.created',
    'user*',
    'user.**',
    'user.*.',
    `${'a'.repeat(127)}.*`,
  ]) {
    it(`may not be ${JSON.stringify(text.slice(0, 24))}`, () => assert.equal(isSubscription(text), false));
  }
});

describe('matching', () => {
  for (const [subscriptions, type, expected] of [
    [null, 'anything', true],
    [[], 'anything', false],
    [['user.created'], 'user.created', true],
    [['user.created'], 'user.created.late', false],
    [['user.created'], 'user', false],
    [['user.created'], 'USER.created', false],
    [['user.*'], 'user.created', true],
    [['user.*'], 'user.a.b', true],
    [['user.*'], 'user', false],
    [['user.*'], 'users.created', false],
    [['user.a.*'], 'user.a.b', true],
    [['user.a.*'], 'user.b', false],
    [['order:*'], 'order:paid', true],
    [['order:*'], 'order', false],
    [['order:*'], 'order.paid', false],
    [['order/*'], 'order/a/b', true],
    [['*'], 'anything', true],
    [['order.paid', 'user.*'], 'user.created', true],
    [['order.paid', 'user.*'], 'order.lost', false],
  ] as const) {
    it(`${JSON.stringify(subscriptions)} ${expected ? 'wants' : 'does not want'} ${type}`, () => {
      assert.equal(matches(subscriptions, type), expected);
    });
  }

  it('takes a star in a list for every type, which is stored as null', () => {
    for (const list of [['*'], ['user.created', '*'], null]) assert.equal(storedSubscriptions(list), null);
    for (const list of [['user.*'], ['a'], []]) assert.equal(storedSubscriptions(list), list);
  });

  it('by exact name is equality', () => {
    fc.assert(fc.property(eventType, eventType, (a, b) => matches([a], b) === (a === b) && matches([a], a)));
  });

  it('by prefix wants everything below the prefix and not the prefix', () => {
    fc.assert(
      fc.property(eventType, eventType, (prefix, rest) => {
        assert.ok(isSubscription(`${prefix}.*`));
        assert.equal(matches([`${prefix}.*`], `${prefix}.${rest}`), true);
        assert.equal(matches([`${prefix}.*`], prefix), false);
        assert.equal(matches([`${prefix}.*`], `${prefix}${rest}`.replaceAll('.', '')), false);
      }),
    );
  });
});
