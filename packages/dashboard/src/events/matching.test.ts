import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Endpoint } from '../api/answers.ts';
import { explainMatches } from './matching.ts';

const endpoint = (id: string, eventTypes: Endpoint['eventTypes'], enabled = true) => ({
  id,
  url: 'https://r.example/',
  eventTypes,
  enabled,
});

describe('which endpoints an event went to', () => {
  it('is explained for each of them, those that got it first', () => {
    const endpoints = [
      endpoint('other', ['order.*', 'a']),
      endpoint('off', null, false),
      endpoint('new', null),
      endpoint('all', null),
      endpoint('some', ['x', 'user.*']),
      endpoint('changed', ['order.paid']),
    ];
    const deliveries = [
      { id: '1', endpointId: 'all' },
      { id: '2', endpointId: 'some' },
      { id: '3', endpointId: 'changed' },
    ];
    assert.deepEqual(
      explainMatches('user.created', endpoints, deliveries).map((each) => [
        each.endpoint.id,
        each.deliveryId,
        each.reason,
      ]),
      [
        ['all', '1', 'Wants all events'],
        ['some', '2', 'Wants user.*'],
        ['changed', '3', 'Wants only order.paid by now'],
        ['other', undefined, 'Wants only order.*, a'],
        ['off', undefined, 'Is disabled'],
        ['new', undefined, 'Was changed or created after the event'],
      ],
    );
  });
});
