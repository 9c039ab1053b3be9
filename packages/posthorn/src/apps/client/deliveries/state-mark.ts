// States of deliveries with a sign before them and in a colour.
import type { DeliveryState } from '../../../domain/delivery.ts';
import type { Style } from '../../terminal/paint.ts';

const SIGNS: Readonly<Record<DeliveryState, readonly [sign: string, style: Style]>> = {
  succeeded: ['✓', 'green'],
  exhausted: ['✗', 'red'],
  pending: ['…', 'yellow'],
  cancelled: ['–', 'gray'],
};

/** `✓ succeeded` */
export const stateMark = (state: DeliveryState): string => `${SIGNS[state][0]} ${state}`;

export const stateStyle = (state: DeliveryState): Style => SIGNS[state][1];
