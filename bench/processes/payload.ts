// The events of the benchmark: about 1 KB as they are sent, of many small fields, since scanning and signing cost by what
// is in them. The first field is a moment that the receiver compares with its own clock.
import { monotonicMs } from '../../packages/posthorn/src/adapters/clock.ts';
import { systemRandom } from '../../packages/posthorn/src/adapters/random.ts';
import type { EventContent } from '../../packages/posthorn/src/domain/delivery.ts';
import type { TenantId } from '../../packages/posthorn/src/domain/ids.ts';
import { wall } from '../../packages/posthorn/src/domain/time.ts';
import { writeEvent } from '../../packages/posthorn/src/engine/accepting/intake.ts';

export const EVENT_TYPE = 'order.paid';

const REST = `"order":{"id":"ord_9f31c7d2","number":"2026-004711","currency":"EUR","total":300.20,"tax":47.93,"items":[{"sku":"PH-100-BLK","name":"Post horn in B flat, brass","quantity":1,"price":249.00},{"sku":"PH-210-RED","name":"Cord with tassels, red","quantity":2,"price":17.60},{"sku":"PH-300-CLN","name":"Polish for brass, 150 ml","quantity":1,"price":16.00}],"paidAt":"2026-11-23T18:59:00.120Z","method":"sepa_debit"},"customer":{"id":"cus_51b0","name":"Zo\u00eb M\u00fcller","email":"zoe@customer.example","locale":"de-AT","address":{"street":"Postgasse 8","postcode":"1010","city":"Wien","country":"AT"}},"channel":"web","ip":"203.0.113.77","notes":["gift wrap","deliver after 17:00"],"risk":{"score":12,"checked":true,"rules":["velocity","country"]}`;

/**
 * A payload without insignificant white space.
 * @param at on the machine's monotonic clock, in milliseconds
 */
export function payloadAt(at: number): string {
  return `{"at":${at.toFixed(3)},${REST}}`;
}

const random = systemRandom();

/** An event as it comes out of the intake, envelope filled in. */
export function eventAt(tenantId: TenantId, at: number = monotonicMs(), type: string = EVENT_TYPE): EventContent {
  return writeEvent(tenantId, { id: null, type, payload: payloadAt(at) }, wall(Date.now()), random);
}
