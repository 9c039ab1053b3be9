// The changes that an operator makes to endpoints while calls to them are under way: drawn at random, and such that a call
// shows which version it was made from.
import type { EndpointSettings } from '../../posthorn/src/domain/endpoint/settings.ts';
import type { Dice } from '../../posthorn/tests/support/dice.ts';

/** `null`: as many as the installation allows an endpoint. */
const CONCURRENCIES = [null, 1, 2, 3, 6] as const;

export type Change = Partial<Pick<EndpointSettings, 'url' | 'headers' | 'secrets' | 'concurrency'>>;

/** The receiver behind a URL: it stays, whatever the query says. */
export function receiverOf(url: string): string {
  return url.replace(/\?.*/, '');
}

export function drawConcurrency(dice: Dice): number | null {
  return dice.pick(CONCURRENCIES);
}

export function drawChange(dice: Dice, receiver: string): Change {
  const mark = dice.between(1, 1_000_000);
  switch (dice.pick(['url', 'headers', 'secrets', 'concurrency', 'concurrency'])) {
    case 'url':
      return { url: `${receiver}?mark=${mark}` };
    case 'headers':
      // In the name, since values of an endpoint's own headers are never shown.
      return { headers: { [`own-${mark}`]: 'a credential' } };
    case 'secrets':
      return { secrets: [`the secret with mark ${mark}`] };
    default:
      return { concurrency: drawConcurrency(dice) };
  }
}
