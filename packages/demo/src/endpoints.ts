// The demo's endpoints: five of two customers, each with a receiver that behaves differently.
import { answers, type Behaviour, failsFirst, hangs } from '../../posthorn/src/apps/receiver/behaviour.ts';
import type { Ending } from './ledger.ts';

export interface DemoEndpoint {
  /** Name of the endpoint, and its path at the receiver. */
  readonly name: string;
  readonly tenant: string;
  /** `null` for every type. */
  readonly eventTypes: readonly string[] | null;
  readonly replyTimeoutMs?: number;
  readonly behave: Behaviour;
  /** How its receiver behaves, in words. */
  readonly description: string;
  readonly ending: Ending;
  /** Answers at once: it must not notice the others. */
  readonly healthy: boolean;
}

/**
 * The contract gives a reply 30 s. An endpoint that hangs for three attempts would then take two minutes, so the demo's
 * gets this long instead, in milliseconds.
 */
export const SLOW_REPLY_TIMEOUT_MS = 2_000;

const ONCE: Ending = { state: 'succeeded', attempts: 1 };

export const ENDPOINTS: readonly DemoEndpoint[] = [
  {
    name: 'crm',
    tenant: 'boutique',
    eventTypes: null,
    behave: answers(200),
    description: 'answers 200',
    ending: ONCE,
    healthy: true,
  },
  {
    name: 'chat',
    tenant: 'boutique',
    eventTypes: ['v2.conversation.*'],
    behave: failsFirst(2, 503, 200),
    description: 'answers 503 twice, then 200',
    ending: { state: 'succeeded', attempts: 3 },
    healthy: false,
  },
  {
    name: 'orders',
    tenant: 'boutique',
    eventTypes: ['transaction.attributed'],
    behave: answers(410),
    description: 'answers 410 Gone',
    ending: { state: 'exhausted', attempts: 3 },
    healthy: false,
  },
  {
    name: 'stats',
    tenant: 'airline',
    eventTypes: ['user.*'],
    behave: answers(204),
    description: 'answers 204',
    ending: ONCE,
    healthy: true,
  },
  {
    name: 'slow',
    tenant: 'airline',
    eventTypes: ['user.connected'],
    replyTimeoutMs: SLOW_REPLY_TIMEOUT_MS,
    behave: hangs,
    description: `never answers; reply timeout lowered from 30 s to ${SLOW_REPLY_TIMEOUT_MS / 1_000} s for this demo`,
    ending: { state: 'exhausted', attempts: 3 },
    healthy: false,
  },
];

export const TENANTS: readonly string[] = [...new Set(ENDPOINTS.map(({ tenant }) => tenant))];

/** Callback URLs that must be refused at the door. */
export const REFUSED_URLS: readonly string[] = [
  'http://example.com/hook',
  'https://169.254.169.254/latest/meta-data/',
  'https://10.0.0.1/hook',
];
