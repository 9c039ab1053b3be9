// `posthorn doctor`: looks at everything that Posthorn needs, and changes nothing.
import { systemBootId } from '../../adapters/clock.ts';
import { probe } from '../../adapters/sender/probe.ts';
import { feelNameServers, systemNameServers } from '../../adapters/sender/resolver.ts';
import { StoreRefused } from '../../seams/store/index.ts';
import { EXIT } from '../command/exit-codes.ts';
import { printJson } from '../command/print-json.ts';
import { readExtraCa, trustedBesides } from '../service/extra-ca.ts';
import { callbackUrlRules } from '../settings/callback-urls.ts';
import { SettingsError, type SettingsInForce } from '../settings/read.ts';
import type { Settings } from '../settings/table.ts';
import { pad, width } from '../terminal/columns.ts';
import { inert } from '../terminal/inert.ts';
import type { Style } from '../terminal/paint.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { dataFolderFindings } from './data-folder.ts';
import { encryptionKeyFindings } from './encryption-key.ts';
import { bad, type Finding } from './finding.ts';
import { fileLimitFinding, proxyFindings, runtimeFinding, systemLimits } from './machine.ts';
import { extraCaFinding, nameServerFinding, probeFindings } from './network.ts';
import { askReadiness, serviceFinding, serviceUrl } from './service.ts';
import { badSettingsFindings, settingsFindings } from './settings.ts';
import { lookAtStore, type StoreSight } from './store.ts';
import { clockFindings } from './system-clock.ts';

/** The options of `posthorn doctor`, beside the settings. */
export interface DoctorFlags {
  readonly endpointUrl?: string;
  readonly json?: boolean;
}

/** @param readSettings reads those in force */
export async function doctor(
  readSettings: () => SettingsInForce,
  flags: DoctorFlags,
  terminal: Terminal,
): Promise<void> {
  const findings = [
    runtimeFinding(process.version),
    fileLimitFinding(systemLimits()),
    ...proxyFindings(process.env),
    ...(await settingsAndWhatHangsOnThem(readSettings, flags)),
  ];
  const isWell = findings.every(({ verdict }) => verdict !== 'bad');
  if (!isWell) process.exitCode = EXIT.failed;
  if (flags.json === true) printJson({ ok: isWell, findings }, terminal);
  else show(findings, terminal);
}

async function settingsAndWhatHangsOnThem(readSettings: () => SettingsInForce, flags: DoctorFlags): Promise<Finding[]> {
  let settings: SettingsInForce;
  try {
    settings = readSettings();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const problems = error.problems.map((problem) => inert(problem));
    return [...badSettingsFindings(problems), ...(await theRestWithoutSettings())];
  }
  const { values } = settings;
  const { endpointUrl } = flags;
  const [storeAndKey, network, endpoint] = await Promise.all([
    storeKeyAndClock(values),
    looking('name servers', async () => [nameServerFinding(await feelNameServers(systemNameServers()))]),
    endpointUrl === undefined ? [] : looking('endpoint', () => wayTo(endpointUrl, values)),
  ]);
  return [...settingsFindings(settings), ...storeAndKey, ...extraCa(values), ...network, ...endpoint];
}

async function theRestWithoutSettings(): Promise<Finding[]> {
  return [
    ...clockFindings(Date.now(), systemBootId(), undefined),
    ...(await looking('name servers', async () => [nameServerFinding(await feelNameServers(systemNameServers()))])),
  ];
}

async function storeKeyAndClock(settings: Settings): Promise<Finding[]> {
  const folder =
    settings.databaseUrl === undefined
      ? await looking('data folder', async () => dataFolderFindings(settings.data))
      : [];
  let sight: StoreSight | undefined;
  const store = await looking('database', async () => {
    sight = await lookAtStore(settings, readableCa(settings));
    return sight.findings;
  });
  return [
    ...folder,
    ...store,
    ...(await looking('encryption key', async () => encryptionKeyFindings(settings, sight))),
    ...(await looking('system clock', async () => clockFindings(Date.now(), systemBootId(), sight))),
    ...(await looking('service', async () => {
      const url = serviceUrl(settings);
      return [serviceFinding(url, await askReadiness(url), sight?.holder)];
    })),
  ];
}

function extraCa({ extraCa: file }: Settings): Finding[] {
  if (file === undefined) return [];
  try {
    return [extraCaFinding(readExtraCa(file), Date.now())];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map((problem) => bad('extra CA', inert(problem)));
  }
}

async function wayTo(url: string, settings: Settings): Promise<Finding[]> {
  return probeFindings(
    url,
    await probe(url, { ...callbackUrlRules(settings), extraCa: readableCa(settings) }),
    Date.now(),
  );
}

/** PEM texts of authorities of one's own; none if their file is bad, which a check of its own tells. */
function readableCa({ extraCa: file }: Settings): readonly string[] {
  try {
    return trustedBesides(file);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return [];
  }
}

/** A check that cannot be made is a finding, too. */
async function looking(check: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof StoreRefused) return [bad(check, inert(error.message))];
    const reason = error instanceof Error ? error.message : String(error);
    return [
      bad(check, `it cannot be looked at: ${inert(reason)}`, 'Run posthorn doctor as the user who starts Posthorn.'),
    ];
  }
}

const MARKS: Readonly<Record<Finding['verdict'], readonly [sign: string, style: Style]>> = {
  ok: ['✓', 'green'],
  warn: ['!', 'yellow'],
  bad: ['✗', 'red'],
};

function show(findings: readonly Finding[], { print, note, paint, paintNote }: Terminal): void {
  const places = Math.max(...findings.map(({ check }) => width(check)));
  for (const { check, verdict, says, advice } of findings) {
    const [sign, style] = MARKS[verdict];
    print(`${paint(style, sign)} ${pad(check, places)}  ${says}`);
    if (advice !== undefined) print(`  ${' '.repeat(places)}  ${paint('gray', `→ ${advice}`)}`);
  }
  const count = (wanted: Finding['verdict']) => findings.filter(({ verdict }) => verdict === wanted).length;
  const [broken, doubtful] = [count('bad'), count('warn')];
  note('');
  note(
    broken > 0
      ? paintNote('red', `${broken} broken, ${doubtful} worth a look.`)
      : paintNote('green', `Nothing is broken${doubtful === 0 ? '' : `, ${doubtful} worth a look`}.`),
  );
}
