// Settings from flags, environment and settings file, in that order of precedence, over the defaults. Everything that is
// unknown or bad is found in one go and stops the start: a mistyped setting must not silently leave its default in force.
import { closest } from './closest.ts';
import { flagOf, SETTING_NAMES, SETTINGS, type SettingName, type Settings, variableOf } from './table.ts';

export type Source = 'flag' | 'environment' | 'file' | 'default';

/** Where a value came from: `--port`, `POSTHORN_PORT`, or the settings file's path. */
export interface Origin {
  readonly source: Source;
  readonly name: string;
}

export interface SettingsInForce {
  readonly values: Settings;
  readonly origins: Readonly<Record<SettingName, Origin>>;
}

export interface SettingsSources {
  /** Flags by setting name, as they were written. */
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file: { readonly path: string; readonly text: string } | undefined;
}

/** The settings cannot be taken; `problems` says of each which one, where it came from and what is allowed. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

interface Written {
  readonly text: string;
  readonly origin: Origin;
}

type WrittenByName = Partial<Record<SettingName, Written>>;

/** Environment variables that begin like settings but belong to commands. */
const COMMAND_VARIABLES = ['POSTHORN_CONFIG', 'POSTHORN_URL'];
/** Variables that Kubernetes puts into every container beside a Service named `posthorn`; none of them is meant for us. */
const SERVICE_LINK = /^POSTHORN_(SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/;
const SERVICE_LINK_PORT = /^(tcp|udp|sctp):\/\//;

const TLS_CHECK_OFF =
  'NODE_TLS_REJECT_UNAUTHORIZED=0 (environment) would let callbacks go to anybody who claims to be the receiver: take it out, and name a certificate authority of your own with POSTHORN_EXTRA_CA';

const suggestion = (word: string | undefined): string => (word === undefined ? '' : `; did you mean ${word}?`);

function fromEnvironment(environment: SettingsSources['environment'], problems: string[]): WrittenByName {
  const written: WrittenByName = {};
  for (const name of SETTING_NAMES) {
    const variable = variableOf(name);
    const text = environment[variable];
    if (text === undefined || (name === 'port' && SERVICE_LINK_PORT.test(text))) continue;
    written[name] = { text, origin: { source: 'environment', name: variable } };
  }
  const known = [...SETTING_NAMES.map(variableOf), ...COMMAND_VARIABLES];
  for (const variable of Object.keys(environment).sort()) {
    if (!variable.startsWith('POSTHORN_') || known.includes(variable) || SERVICE_LINK.test(variable)) continue;
    const bare = (name: string) => name.slice('POSTHORN_'.length);
    const close = closest(bare(variable), known.map(bare));
    problems.push(`${variable} (environment) is no setting${suggestion(close && `POSTHORN_${close}`)}`);
  }
  return written;
}

/** A value of the settings file as the text that a flag would carry: a list's items with commas between. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  return undefined;
}

function fromFile(file: SettingsSources['file'], problems: string[]): WrittenByName {
  if (file === undefined) return {};
  let content: unknown;
  try {
    content = JSON.parse(file.text);
  } catch (error) {
    // The parser's message quotes the file, which may hold secrets: only the place is taken from it.
    const place = error instanceof Error ? /line \d+ column \d+/.exec(error.message)?.[0] : undefined;
    problems.push(`${file.path} is not valid JSON${place === undefined ? '' : `, at ${place}`}`);
    return {};
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    problems.push(`${file.path} must hold one JSON object, e.g. {"port": 4400}`);
    return {};
  }
  const written: WrittenByName = {};
  for (const [key, value] of Object.entries(content)) {
    const name = SETTING_NAMES.find((candidate) => candidate === key);
    if (name === undefined) {
      problems.push(`${JSON.stringify(key)} (${file.path}) is no setting${suggestion(closest(key, SETTING_NAMES))}`);
      continue;
    }
    const text = textOf(value);
    if (text === undefined) {
      problems.push(`"${key}" (${file.path}) must be a text, a number, true, false or a list of texts`);
      continue;
    }
    written[name] = { text, origin: { source: 'file', name: file.path } };
  }
  return written;
}

function fromFlags(flags: SettingsSources['flags']): WrittenByName {
  const written: WrittenByName = {};
  for (const name of SETTING_NAMES) {
    const text = flags[name];
    if (text !== undefined) written[name] = { text, origin: { source: 'flag', name: flagOf(name) } };
  }
  return written;
}

/** How a written value is named in an explanation. A secret is not repeated. */
function named(name: SettingName, { text, origin }: Written): string {
  const shown = SETTINGS[name].mask === undefined ? JSON.stringify(text) : undefined;
  switch (origin.source) {
    case 'flag':
      return shown === undefined ? origin.name : `${origin.name} ${shown}`;
    case 'environment':
      return `${origin.name}${shown === undefined ? '' : `=${shown}`} (environment)`;
    default:
      return `"${name}"${shown === undefined ? '' : `: ${shown}`} (${origin.name})`;
  }
}

/** Reads what each layer says of one setting; the last that says anything wins. A bad value that is overridden is a mistake too. */
function settle(
  name: SettingName,
  layers: readonly WrittenByName[],
  problems: string[],
): { readonly value: unknown; readonly origin: Origin } {
  let settled: { value: unknown; origin: Origin } = {
    value: SETTINGS[name].fallback,
    origin: { source: 'default', name: 'default' },
  };
  for (const written of layers.flatMap((layer) => layer[name] ?? [])) {
    if (written.text === '') {
      problems.push(`${named(name, written)} is empty: give it a value or leave it out`);
      continue;
    }
    const reading = SETTINGS[name].read(written.text);
    if (reading.ok) settled = { value: reading.value, origin: written.origin };
    else problems.push(`${named(name, written)} must be ${reading.allowed}`);
  }
  return settled;
}

/**
 * Reads all settings.
 * @throws SettingsError naming everything that is unknown or bad
 */
export function readSettings({ flags, environment, file }: SettingsSources): SettingsInForce {
  const problems: string[] = [];
  const layers = [fromFile(file, problems), fromEnvironment(environment, problems), fromFlags(flags)];
  const settled = SETTING_NAMES.map((name) => [name, settle(name, layers, problems)] as const);
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') problems.push(TLS_CHECK_OFF);
  if (problems.length > 0) throw new SettingsError(problems);
  // Each value came out of the reader of its own row, which is what these types say.
  return {
    values: Object.fromEntries(settled.map(([name, { value }]) => [name, value])) as unknown as Settings,
    origins: Object.fromEntries(settled.map(([name, { origin }]) => [name, origin])) as Record<SettingName, Origin>,
  };
}
