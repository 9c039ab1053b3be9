// `posthorn endpoints`: a list, one of them, a new one, and switching one on, off or trying it.
import type { ApiAccess } from '../../command/api-client.ts';
import { EXIT } from '../../command/exit-codes.ts';
import { printJson } from '../../command/print-json.ts';
import { inert } from '../../terminal/inert.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { durationText } from '../../words/times.ts';
import { isCreatedEndpoint, isEndpoint, isStatistics, isTest, type Statistics } from '../answers.ts';
import { askEach } from '../ask-each.ts';
import { failureLines, outcomeMark, outcomeStyle } from '../call.ts';
import { Posthorn, tenantPath } from '../posthorn.ts';
import { missing, noTenant, theTenant } from '../tenants.ts';
import { endpointDetail } from './detail.ts';
import { endpointTable } from './list.ts';

/** The options of `posthorn endpoints`. At most one of the actions is set. */
export interface EndpointsFlags {
  readonly tenant?: string;
  readonly limit: number;
  readonly span: Statistics['span'];
  readonly create?: string;
  readonly types?: readonly string[];
  readonly description?: string;
  readonly test?: boolean;
  readonly enable?: boolean;
  readonly disable?: boolean;
  readonly json?: boolean;
}

/** Of a list; for each a question more. Others are listed without. */
const MAX_WITH_HEALTH = 200;

/** Where to ask, about whom, and how to show it. */
interface Asking {
  readonly posthorn: Posthorn;
  readonly tenant: string;
  readonly flags: EndpointsFlags;
  readonly terminal: Terminal;
}

/** @param id of one; `undefined` for the list or a new one */
export async function endpoints(
  access: ApiAccess,
  id: string | undefined,
  flags: EndpointsFlags,
  terminal: Terminal,
): Promise<void> {
  const posthorn = new Posthorn(access);
  const tenant = await theTenant(posthorn, flags.tenant);
  const asking = { posthorn, tenant, flags, terminal };
  if (flags.create !== undefined) await create(asking, flags.create);
  else if (id === undefined) await list(asking);
  else if (flags.test === true) await test(asking, id);
  else if (flags.enable === true) await change(asking, id, 'enable');
  else if (flags.disable === true) await change(asking, id, 'disable');
  else await show(asking, id);
}

async function list({ posthorn, tenant, flags, terminal }: Asking): Promise<void> {
  const page = await posthorn.list(isEndpoint, tenantPath(tenant, '/endpoints'), flags.limit);
  if (page === undefined) throw await noTenant(posthorn, tenant);
  if (flags.json === true) {
    printJson(page, terminal);
    return;
  }
  const ids = page.data.slice(0, MAX_WITH_HEALTH).map(({ id }) => id);
  const statistics = await askEach(ids, (id) => statisticsOf({ posthorn, tenant, flags, terminal }, id));
  for (const line of endpointTable(page.data, statistics, terminal)) terminal.print(line);
  if (page.data.length === 0) terminal.note('No endpoints: --create <url> makes one.');
  if (page.nextCursor !== null) terminal.note(`These are the newest ${page.data.length}: --limit shows more.`);
}

async function show(asking: Asking, id: string): Promise<void> {
  const { posthorn, tenant, flags, terminal } = asking;
  const endpoint = await posthorn.find(isEndpoint, tenantPath(tenant, `/endpoints/${id}`));
  if (endpoint === undefined) throw await missing(posthorn, tenant, `endpoint ${id}`);
  const statistics = await statisticsOf(asking, id);
  if (flags.json === true) printJson({ ...endpoint, stats: statistics ?? null }, terminal);
  else for (const line of endpointDetail(endpoint, statistics, Date.now(), terminal.paint)) terminal.print(line);
  if (flags.json !== true && statistics !== undefined && statistics.exhausted > 0) {
    terminal.note('');
    terminal.note(
      `To see failures: posthorn deliveries --tenant ${inert(tenant)} --endpoint ${inert(id)} --state exhausted`,
    );
  }
}

/** @returns `undefined` where there are none */
function statisticsOf({ posthorn, tenant, flags }: Asking, id: string): Promise<Statistics | undefined> {
  return posthorn.find(isStatistics, tenantPath(tenant, `/endpoints/${id}/stats?span=${flags.span}`));
}

async function create({ posthorn, tenant, flags, terminal }: Asking, url: string): Promise<void> {
  const { types, description, json } = flags;
  const endpoint = await posthorn.post(isCreatedEndpoint, tenantPath(tenant, '/endpoints'), {
    url,
    ...(types !== undefined && { eventTypes: types }),
    ...(description !== undefined && { description }),
  });
  if (endpoint === undefined) throw await noTenant(posthorn, tenant);
  if (json === true) {
    printJson(endpoint, terminal);
    return;
  }
  terminal.print(`${terminal.paint('green', 'created')}  endpoint ${inert(endpoint.id)}  ${inert(endpoint.url)}`);
  terminal.print(`  secret ${inert(endpoint.secret)}`);
}

async function change(
  { posthorn, tenant, flags, terminal }: Asking,
  id: string,
  to: 'enable' | 'disable',
): Promise<void> {
  const endpoint = await posthorn.post(isEndpoint, tenantPath(tenant, `/endpoints/${id}/${to}`));
  if (endpoint === undefined) throw await missing(posthorn, tenant, `endpoint ${id}`);
  if (flags.json === true) printJson(endpoint, terminal);
  else {
    const what = endpoint.enabled
      ? 'enabled: its paused deliveries are due now'
      : 'disabled: its deliveries are paused';
    terminal.print(`${inert(endpoint.url)} is ${what}.`);
  }
}

/** Longer than the longest call: 10 s to connect and 60 s to reply. */
const TEST_TIMEOUT_MS = 75_000;

async function test({ posthorn, tenant, flags, terminal }: Asking, id: string): Promise<void> {
  const path = tenantPath(tenant, `/endpoints/${id}/test`);
  const tested = await posthorn.post(isTest, path, undefined, TEST_TIMEOUT_MS);
  if (tested === undefined) throw await missing(posthorn, tenant, `endpoint ${id}`);
  const { attempt } = tested;
  const isTaken = attempt.outcome === 'succeeded';
  if (!isTaken) process.exitCode = EXIT.failed;
  if (flags.json === true) {
    printJson(tested, terminal);
    return;
  }
  if (isTaken) {
    const mark = terminal.paint(outcomeStyle(attempt.outcome), outcomeMark(attempt));
    terminal.print(`${mark}  ${attempt.status}  ${durationText(attempt.durationMs)}`);
  } else for (const line of failureLines(attempt, terminal.paint, 'test')) terminal.print(line);
}
