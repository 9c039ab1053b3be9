// Ids in paths, as the paths themselves name them: `/tenants/:tenant/endpoints/:endpoint` has a tenant's and an endpoint's.
import { type TObject, type TSchema, Type } from 'typebox';
import {
  type DeliveryId,
  type EndpointId,
  type EventId,
  parseId,
  parseTenantId,
  type ReplayId,
  readEventId,
  type TenantId,
} from '../../domain/ids.ts';
import { invalid, notFound } from './problems.ts';
import { GIVEN_EVENT_ID, uuid } from './schemas/fields.ts';
import { TENANT_ID, TENANT_ID_RULE } from './schemas/tenant.ts';

interface Ids {
  readonly tenant: TenantId;
  readonly endpoint: EndpointId;
  readonly event: EventId;
  readonly delivery: DeliveryId;
  readonly replay: ReplayId;
}

type Name = keyof Ids;

/** The names of the ids in a path. */
export type NamesIn<Path extends string> = Path extends `${string}:${infer First}/${infer Rest}`
  ? (First & Name) | NamesIn<Rest>
  : Path extends `${string}:${infer Last}`
    ? Last & Name
    : never;

/** The ids in a path, by their names. */
export type PathIds<Path extends string> = Pick<Ids, NamesIn<Path>>;

/** Ids read from the beginning of a path. */
type IdsSoFar = { -readonly [Each in Name]?: Ids[Each] };

interface Parameter<Id> {
  readonly schema: TSchema;
  /** The rule for an id that the caller may choose, to be read behind "must be". */
  readonly rule: string;
  /** @param before the ids that stand before it in the path */
  readonly read: (text: string, before: IdsSoFar) => Id | undefined;
}

const UUID_RULE = 'a UUID in lower case, with dashes';

const PARAMETERS: { readonly [Each in Name]: Parameter<Ids[Each]> } = {
  tenant: { schema: TENANT_ID, rule: TENANT_ID_RULE, read: parseTenantId },
  endpoint: { schema: uuid('Id of the endpoint.'), rule: UUID_RULE, read: parseId<EndpointId> },
  event: {
    schema: GIVEN_EVENT_ID,
    rule: UUID_RULE,
    // By its id, or by the text of its producer's own.
    read: (text, { tenant }) => (tenant === undefined ? undefined : readEventId(tenant, text)?.id),
  },
  delivery: { schema: uuid('Id of the delivery.'), rule: UUID_RULE, read: parseId<DeliveryId> },
  replay: { schema: uuid('Id of the replay.'), rule: UUID_RULE, read: parseId<ReplayId> },
};

const isName = (text: string): text is Name => Object.hasOwn(PARAMETERS, text);

/** The names of the ids in a path, in their order. @throws when it has one that is not known here */
export function namesIn(path: string): readonly Name[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => {
    if (!isName(name)) throw new Error(`The path ${path} names ${name}, which is no id.`);
    return name;
  });
}

/** The schema of a path's parameters. */
export function pathSchema(path: string): TObject {
  return Type.Object(Object.fromEntries(namesIn(path).map((name) => [name, PARAMETERS[name].schema])));
}

/**
 * Makes a reader of the ids in a path. A text that is no id cannot be the id of anything, so it is answered like an unknown
 * one; unless the caller chooses this id.
 * @param chosen the id that the operation creates
 * @returns throws a Problem if a text is no id
 */
export function pathIdReader<Path extends string>(
  path: Path,
  chosen: NamesIn<Path> | undefined,
): (params: Readonly<Record<string, string>>) => PathIds<Path> {
  const names = namesIn(path);
  return (params) => {
    const ids: IdsSoFar = {};
    for (const name of names) {
      if (readInto(ids, name, params[name] ?? '')) continue;
      throw name === chosen
        ? invalid({ field: `path.${name}`, message: `must be ${PARAMETERS[name].rule}` })
        : notFound(name);
    }
    // All names of the path have been read.
    return ids as PathIds<Path>;
  };
}

/** @returns whether the text can be the id of something */
function readInto<Each extends Name>(ids: IdsSoFar, name: Each, text: string): boolean {
  const id = PARAMETERS[name].read(text, ids);
  if (id === undefined) return false;
  ids[name] = id;
  return true;
}
