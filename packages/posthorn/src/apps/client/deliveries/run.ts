// `posthorn deliveries`: a list, one of them, or one more attempt.
import type { ApiAccess } from '../../command/api-client.ts';
import { printJson } from '../../command/print-json.ts';
import { inert } from '../../terminal/inert.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { RETRIED } from '../../words/retries.ts';
import {
  type Delivery,
  type DeliveryDetail,
  isDelivery,
  isDeliveryDetail,
  isEndpoint,
  isRetry,
  type Listed,
} from '../answers.ts';
import { EndpointNames } from '../endpoint-names.ts';
import { Posthorn, tenantPath } from '../posthorn.ts';
import { missing, theTenant } from '../tenants.ts';
import { expectSpan } from '../times.ts';
import { deliveryDetail } from './detail.ts';
import { type DeliveryFilterFlags, deliveryQuery } from './filter.ts';
import { deliveryTable } from './list.ts';

/** The options of `posthorn deliveries`. */
export interface DeliveriesFlags extends DeliveryFilterFlags {
  readonly tenant?: string;
  readonly limit: number;
  readonly retry?: boolean;
  readonly json?: boolean;
}

/** Where to ask, about whom, and how to show it. */
interface Asking {
  readonly posthorn: Posthorn;
  readonly tenant: string;
  readonly flags: DeliveriesFlags;
  readonly terminal: Terminal;
}

/** @param id of a delivery, an event or a call; `undefined` for the list */
export async function deliveries(
  access: ApiAccess,
  id: string | undefined,
  flags: DeliveriesFlags,
  terminal: Terminal,
): Promise<void> {
  expectSpan(flags);
  const posthorn = new Posthorn(access);
  const tenant = await theTenant(posthorn, flags.tenant);
  const asking = { posthorn, tenant, flags, terminal };
  if (id === undefined) await list(asking);
  else if (flags.retry === true) await retry(asking, id);
  else await find(asking, id);
}

async function list(asking: Asking): Promise<void> {
  const { posthorn, tenant, flags, terminal } = asking;
  const page = await fetchList(asking, flags);
  if (page === undefined) throw await missing(posthorn, tenant, 'deliveries');
  await showList(asking, page);
  if (flags.json === true) return;
  if (page.data.length === 0) terminal.note('No deliveries.');
  if (page.nextCursor !== null) {
    terminal.note(`These are the newest ${page.data.length}: --limit shows more, --since, --status, --state … fewer.`);
  }
}

const fetchList = ({ posthorn, tenant, flags }: Asking, asked: DeliveryFilterFlags) =>
  posthorn.list(isDelivery, tenantPath(tenant, `/deliveries${deliveryQuery(asked)}`), flags.limit);

async function showList({ posthorn, tenant, flags, terminal }: Asking, page: Listed<Delivery>): Promise<void> {
  if (flags.json === true) {
    printJson(page, terminal);
    return;
  }
  const endpoints = new Set(page.data.map(({ endpointId }) => endpointId));
  const names = await new EndpointNames(posthorn).names(tenant, endpoints);
  for (const line of deliveryTable(page.data, flags, names, Date.now(), terminal)) terminal.print(line);
}

/** Takes any id that somebody quotes: of a delivery, of one of its calls, or of an event. */
async function find(asking: Asking, id: string): Promise<void> {
  const { posthorn, tenant } = asking;
  const delivery = await fetchOne(asking, id);
  if (delivery !== undefined) {
    await showOne(asking, delivery);
    return;
  }
  for (const asked of [{ event: id }, { attempt: id }]) {
    const found = await fetchList(asking, asked);
    const [only, ...others] = found?.data ?? [];
    if (found === undefined || only === undefined) continue;
    if (others.length > 0) await showList(asking, found);
    else await showOne(asking, await fetchOne(asking, only.id));
    return;
  }
  throw await missing(posthorn, tenant, `delivery ${id}, nor an event or a call with that id that was for an endpoint`);
}

const fetchOne = ({ posthorn, tenant }: Asking, id: string) =>
  posthorn.find(isDeliveryDetail, tenantPath(tenant, `/deliveries/${id}`));

async function showOne(asking: Asking, delivery: DeliveryDetail | undefined): Promise<void> {
  const { posthorn, tenant, flags, terminal } = asking;
  if (delivery === undefined) throw await missing(posthorn, tenant, 'such delivery any more');
  if (flags.json === true) {
    printJson(delivery, terminal);
    return;
  }
  const endpoint = await posthorn.find(isEndpoint, tenantPath(tenant, `/endpoints/${delivery.endpointId}`));
  for (const line of deliveryDetail(delivery, endpoint, Date.now(), terminal)) terminal.print(line);
  if (delivery.state === 'succeeded' || endpoint === undefined) return;
  terminal.note('');
  terminal.note(`One more attempt now: posthorn deliveries ${inert(delivery.id)} --tenant ${inert(tenant)} --retry`);
}

async function retry({ posthorn, tenant, flags, terminal }: Asking, id: string): Promise<void> {
  const answer = await posthorn.post(isRetry, tenantPath(tenant, `/deliveries/${id}/retry`));
  if (answer === undefined) throw await missing(posthorn, tenant, `delivery ${id}`);
  if (flags.json === true) printJson(answer, terminal);
  else terminal.print(RETRIED[answer.retry]);
}
