// `posthorn replay`: counted first, asked about, begun, watched; and those that were begun before.
import { createInterface } from 'node:readline/promises';
import type { ApiAccess } from '../../command/api-client.ts';
import { CommandError, EXIT } from '../../command/exit-codes.ts';
import { printJson } from '../../command/print-json.ts';
import { stopSignal } from '../../command/signals.ts';
import { inert } from '../../terminal/inert.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { isDryRun, isReplay, type Replay } from '../answers.ts';
import { Posthorn, tenantPath } from '../posthorn.ts';
import { missing, noTenant, theTenant } from '../tenants.ts';
import { expectSpan } from '../times.ts';
import { replayTable } from './list.ts';
import { durationAtRate, endText, filterText, type ReplayFilter } from './text.ts';
import { watchReplay } from './watch.ts';

/** The options of `posthorn replay`. */
export interface ReplayFlags {
  readonly tenant?: string;
  readonly endpoint?: string;
  readonly type?: readonly string[];
  readonly state: readonly Replay['states'][number][];
  readonly since?: string;
  readonly until?: string;
  readonly rate: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly list?: boolean;
  readonly watch?: string;
  readonly cancel?: string;
  readonly json?: boolean;
}

/** Where to ask, about whom, and how to show it. */
interface Asking {
  readonly posthorn: Posthorn;
  readonly tenant: string;
  readonly flags: ReplayFlags;
  readonly terminal: Terminal;
}

/** The exit status that shells report for a program that Ctrl-C ended. */
const INTERRUPTED = 130;
/** Counting goes through everything that fits, step by step. */
const COUNT_TIMEOUT_MS = 75_000;
/** The last ones are what anybody looks for. */
const LISTED = 50;

export async function replay(access: ApiAccess, flags: ReplayFlags, terminal: Terminal): Promise<void> {
  expectSpan(flags);
  const posthorn = new Posthorn(access);
  const tenant = await theTenant(posthorn, flags.tenant);
  const asking = { posthorn, tenant, flags, terminal };
  if (flags.list === true) await list(asking);
  else if (flags.cancel !== undefined) await cancel(asking, flags.cancel);
  else if (flags.watch !== undefined) await watch(asking, flags.watch);
  else await begin(asking);
}

async function list({ posthorn, tenant, flags, terminal }: Asking): Promise<void> {
  const page = await posthorn.list(isReplay, tenantPath(tenant, '/replays'), LISTED);
  if (page === undefined) throw await noTenant(posthorn, tenant);
  if (flags.json === true) {
    printJson(page, terminal);
    return;
  }
  for (const line of replayTable(page.data, Date.now(), terminal)) terminal.print(line);
  if (page.data.length === 0) terminal.note('No replays.');
}

async function cancel({ posthorn, tenant, flags, terminal }: Asking, id: string): Promise<void> {
  const ended = await posthorn.post(isReplay, tenantPath(tenant, `/replays/${id}/cancel`));
  if (ended === undefined) throw await missing(posthorn, tenant, `replay ${id}`);
  if (flags.json === true) printJson(ended, terminal);
  else terminal.print(endText(ended));
}

async function begin(asking: Asking): Promise<void> {
  const { posthorn, tenant, flags, terminal } = asking;
  const { endpoint, type, state, since, until, rate } = flags;
  const filter: ReplayFilter = {
    endpointId: endpoint ?? null,
    eventTypes: type === undefined ? null : [...type],
    states: [...state],
    since: since ?? null,
    until: until ?? null,
  };
  const asked = {
    ...Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null)),
    ratePerSecond: rate,
  };
  const path = tenantPath(tenant, '/replays');
  const count = await posthorn.post(isDryRun, path, { ...asked, dryRun: true }, COUNT_TIMEOUT_MS);
  if (count === undefined) throw await noTenant(posthorn, tenant);
  const { total } = count;
  if (flags.json === true && (flags.dryRun === true || total === 0)) {
    printJson(count, terminal);
    return;
  }
  const preview = `${filterText(total, filter)}${total === 0 ? '' : `: ${durationAtRate(total, rate)}`}.`;
  if (flags.dryRun === true) {
    terminal.print(preview);
    return;
  }
  terminal.note(total === 0 ? `Nothing to do: ${preview}` : preview);
  if (total === 0) return;
  if (flags.yes !== true && !(await isAgreed())) {
    terminal.note('Nothing was done.');
    process.exitCode = EXIT.failed;
    return;
  }
  const created = await posthorn.post(isReplay, path, asked, COUNT_TIMEOUT_MS);
  if (created === undefined) throw await noTenant(posthorn, tenant);
  await watch(asking, created.id);
}

/** @throws CommandError where nobody can be asked */
async function isAgreed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new CommandError(
      'Nobody can be asked here: add --yes to replay them, or --dry-run to count only.',
      EXIT.usage,
    );
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  // Ctrl-C and Ctrl-D are a no; by itself the question would wait for ever then.
  asking.once('SIGINT', () => asking.close()).once('close', () => ended.abort());
  try {
    const answer = await asking.question('One more attempt for each of them? [y/N] ', { signal: ended.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    process.stderr.write('\n');
    return false;
  } finally {
    asking.close();
  }
}

async function watch({ posthorn, tenant, flags, terminal }: Asking, id: string): Promise<void> {
  const stop = new AbortController();
  void stopSignal(() => process.exit(INTERRUPTED)).then(() => stop.abort());
  const seen = await watchReplay(posthorn, tenant, id, stop.signal, terminal);
  const about = `${inert(id)} --tenant ${inert(tenant)}`;
  if (seen === undefined || seen.state === 'running') {
    terminal.note('The replay goes on without you.');
    terminal.note(`  posthorn replay --watch ${about}`);
    terminal.note(`  posthorn replay --cancel ${about}`);
    process.exitCode = INTERRUPTED;
    return;
  }
  if (seen.state === 'cancelled') process.exitCode = EXIT.failed;
  if (flags.json === true) printJson(seen, terminal);
  else terminal.print(endText(seen));
}
