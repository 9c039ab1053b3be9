// Changes to an endpoint's settings, between fields of text and the API.
import type { Endpoint } from '../api/answers.ts';
import { readTypes, typesText } from './event-types.ts';

const MS_PER_SECOND = 1_000;

type Settings = Pick<Endpoint, 'url' | 'eventTypes' | 'description' | 'scheduleMs' | 'concurrency'>;

/** The contents of the fields. */
interface Typed {
  readonly url: string;
  readonly types: string;
  readonly description: string;
  /** In seconds. */
  readonly schedule: string;
  /** Empty: as many as the installation allows. */
  readonly concurrency: string;
}

/** The fields to begin with. */
export function typedOf({ url, eventTypes, description, scheduleMs, concurrency }: Settings): Typed {
  const schedule = scheduleMs.map((ms) => ms / MS_PER_SECOND).join(' ');
  return { url, types: typesText(eventTypes), description, schedule, concurrency: String(concurrency ?? '') };
}

/**
 * The settings that are different now. Those that somebody else changed meanwhile are left alone.
 * @param began what the fields held when they were shown
 * @returns `undefined` when there are none
 */
export function changesOf(began: Typed, typed: Typed): Readonly<Record<string, unknown>> | undefined {
  const before = new Map(Object.entries(settingsOf(began)).map(([name, value]) => [name, JSON.stringify(value)]));
  const changed = Object.entries(settingsOf(typed)).filter(
    ([name, value]) => JSON.stringify(value) !== before.get(name),
  );
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

/** A text that is no number stays as it is: the server says what is not allowed. */
function settingsOf({ url, types, description, schedule, concurrency }: Typed): Settings {
  const seconds = schedule.match(/[^\s,]+/g) ?? [];
  const scheduleMs = seconds.map((each) => Math.round(Number(each) * MS_PER_SECOND));
  const calls = concurrency.trim() === '' ? null : Number(concurrency);
  return { url, eventTypes: readTypes(types), description, scheduleMs, concurrency: calls };
}
