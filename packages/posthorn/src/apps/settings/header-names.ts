// How Posthorn's own headers in calls are named, put together from the prefix and the names that were set one by one.
import { type HeaderNames, headerNamesOf } from '../../domain/profile.ts';
import { SettingsError } from './read.ts';
import type { Settings } from './table.ts';

type NameSettings = Pick<Settings, 'headerPrefix' | 'headerDelivery' | 'headerCorrelationId' | 'headerSignature'>;

/** @throws SettingsError when two of the three headers have one name */
export function headerNames(settings: NameSettings): HeaderNames {
  const usual = headerNamesOf(settings.headerPrefix);
  const names = {
    ...usual,
    delivery: settings.headerDelivery ?? usual.delivery,
    correlationId: settings.headerCorrelationId ?? usual.correlationId,
    signature: settings.headerSignature ?? usual.signature,
  };
  const three = [names.delivery, names.correlationId, names.signature];
  if (new Set(three.map((name) => name.toLowerCase())).size < three.length) {
    throw new SettingsError([
      `the three headers of callbacks are called ${three.join(', ')}: give each another name (POSTHORN_HEADER_DELIVERY, POSTHORN_HEADER_CORRELATION_ID, POSTHORN_HEADER_SIGNATURE)`,
    ]);
  }
  return names;
}
