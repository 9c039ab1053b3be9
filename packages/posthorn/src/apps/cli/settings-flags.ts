// Gives a command a flag for every setting, and reads what is in force when it runs.
import { type Command, Option } from 'commander';
import { settingsFile } from '../settings/file.ts';
import { readSettings, type SettingsInForce } from '../settings/read.ts';
import { flagOf, SETTING_NAMES, SETTINGS, type SettingName, variableOf } from '../settings/table.ts';

const GROUP = 'Settings (order: flags, environment, posthorn.json, defaults):';

/** Adds `--config` and a flag for every setting. */
export function addSettingsFlags(command: Command): Command {
  for (const name of SETTING_NAMES) {
    const { takes, help, fallback, fallbackText } = SETTINGS[name];
    const option = new Option(`${flagOf(name)} ${takes}`, `${help} [${variableOf(name)}, ${fallbackText ?? fallback}]`);
    command.addOption(option.helpGroup(GROUP));
  }
  return command.addOption(
    new Option('--config <file>', 'Settings file [POSTHORN_CONFIG, posthorn.json if there is one]').helpGroup(GROUP),
  );
}

/**
 * Reads the settings in force for a command that has their flags.
 * @throws SettingsError naming everything that is unknown or bad
 */
export function settingsOf(command: Command): SettingsInForce {
  const given: Record<string, unknown> = command.opts();
  const flags: Partial<Record<SettingName, string>> = {};
  for (const name of SETTING_NAMES) {
    const text = given[name];
    // A bare flag, `--allow-http`, means true.
    if (typeof text === 'string' || text === true) flags[name] = String(text);
  }
  const named = given['config'] ?? process.env['POSTHORN_CONFIG'];
  const file = settingsFile(typeof named === 'string' ? named : undefined);
  return readSettings({ flags, environment: process.env, file });
}
