// The settings in force and where each value came from, as a table for people and as JSON for programs. Secrets stay hidden.
import { columns } from '../terminal/columns.ts';
import { inert } from '../terminal/inert.ts';
import type { Origin, SettingsInForce } from './read.ts';
import { SETTING_NAMES, SETTINGS, type SettingName, type Settings, variableOf } from './table.ts';

/** A value as it may be shown; `null` where there is none. */
function shown(name: SettingName, values: Settings): string | number | boolean | readonly string[] | null {
  const value = values[name];
  if (value === undefined) return null;
  const mask = SETTINGS[name].mask;
  if (mask !== undefined) return mask(String(value));
  return value instanceof Uint8Array ? null : value;
}

const from = ({ source, name }: Origin): string => (source === 'environment' || source === 'flag' ? source : name);

/** Lines of variable, value and origin. */
export function settingsTable({ values, origins }: SettingsInForce): string[] {
  return columns(
    SETTING_NAMES.map((name) => {
      const value = shown(name, values);
      const unset = value === null || (Array.isArray(value) && value.length === 0);
      const words = unset ? (SETTINGS[name].fallbackText ?? 'none') : String(value);
      return [variableOf(name), inert(words), from(origins[name])];
    }),
  );
}

/** `{"port": {"value": 4400, "source": "environment", "name": "POSTHORN_PORT"}, …}` */
export function settingsJson({ values, origins }: SettingsInForce): Record<string, unknown> {
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, { value: shown(name, values), ...origins[name] }]));
}
