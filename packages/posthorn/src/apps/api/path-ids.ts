// Ids in paths, as the paths themselves name them: `/tenants/:tenant/endpoints/:endpoint` has a tenant's and an endpoint's.
import { type TObject, type TSchema, Type } from 'typebox';
import {
  type DeliveryId,
  ENDPOINT_UID_PATTERN,
  type EndpointId,
  type EndpointUid,
  type EventId,
  MAX_ENDPOINT_UID_CHARACTERS,
  parseEndpointUid,
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

/** Ids that a caller may choose, as they are when an operation creates something under them. */
interface ChosenIds {
  readonly tenant: TenantId;
  readonly endpoint: EndpointUid;
}

type Name = keyof Ids;
type ChosenName = keyof ChosenIds;

/** The names of the ids in a path. */
export type NamesIn<Path extends string> = Path extends `${string}:${infer First}/${infer Rest}`
  ? (First & Name) | NamesIn<Rest>
  : Path extends `${string}:${infer Last}`
    ? Last & Name
    : never;

/** The names in a path that a caller may choose. */
export type ChoosableIn<Path extends string> = NamesIn<Path> & ChosenName;

/** The ids in a path, by their names. @typeParam Chosen the one that the operation creates, if it creates any */
export type PathIds<Path extends string, Chosen extends ChosenName = never> = Pick<
  Ids,
  Exclude<NamesIn<Path>, Chosen>
> &
  Pick<ChosenIds, Chosen>;

/** Finds an endpoint by the application's own id for it. */
export type FindEndpoint = (tenantId: TenantId, uid: EndpointUid) => Promise<EndpointId | undefined>;

/** Read behind "must be". */
const ENDPOINT_UID_RULE = `1 to ${MAX_ENDPOINT_UID_CHARACTERS} of A-Z a-z 0-9 . _ ~ : @ - (but not ".", ".." or a UUID)`;

/** Ids read from the beginning of a path. */
type IdsSoFar = { -readonly [Each in Name]?: Ids[Each] };

interface Parameter<Id> {
  readonly schema: TSchema;
  /** @param before the ids that stand before it in the path */
  readonly read: (text: string, before: IdsSoFar, find: FindEndpoint) => Id | undefined | Promise<Id | undefined>;
}

const PARAMETERS: { readonly [Each in Name]: Parameter<Ids[Each]> } = {
  tenant: { schema: TENANT_ID, read: parseTenantId },
  endpoint: {
    schema: Type.String({
      maxLength: MAX_ENDPOINT_UID_CHARACTERS,
      description: `Id of the endpoint: its UUID, or the text that you chose: ${ENDPOINT_UID_RULE}.`,
    }),
    read: async (text, { tenant }, find) => {
      const uid = parseEndpointUid(text);
      return uid === undefined || tenant === undefined ? parseId<EndpointId>(text) : await find(tenant, uid);
    },
  },
  event: {
    schema: GIVEN_EVENT_ID,
    // By its id, or by the text of its producer's own.
    read: (text, { tenant }) => (tenant === undefined ? undefined : readEventId(tenant, text)?.id),
  },
  delivery: { schema: uuid('Id of the delivery.'), read: parseId<DeliveryId> },
  replay: { schema: uuid('Id of the replay.'), read: parseId<ReplayId> },
};

/** How each id that a caller may choose is read, and the rule for it, to be read behind "must be". */
const CHOSEN: {
  readonly [Each in ChosenName]: {
    readonly schema: TSchema;
    readonly rule: string;
    readonly read: (text: string) => ChosenIds[Each] | undefined;
  };
} = {
  tenant: { schema: TENANT_ID, rule: TENANT_ID_RULE, read: parseTenantId },
  endpoint: {
    schema: Type.String({
      maxLength: MAX_ENDPOINT_UID_CHARACTERS,
      pattern: ENDPOINT_UID_PATTERN,
      description: `Your own id for the endpoint: ${ENDPOINT_UID_RULE}.`,
    }),
    rule: ENDPOINT_UID_RULE,
    read: parseEndpointUid,
  },
};

const isName = (text: string): text is Name => Object.hasOwn(PARAMETERS, text);

/** The names of the ids in a path, in their order. @throws when it has one that is not known here */
export function namesIn(path: string): readonly Name[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => {
    if (!isName(name)) throw new Error(`The path ${path} names ${name}, which is no id.`);
    return name;
  });
}

/** The schema of a path's parameters. @param chosen the id that the operation creates */
export function pathSchema(path: string, chosen: string | undefined): TObject {
  const schemaOf = (name: Name) => (isChosen(name, chosen) ? CHOSEN[name] : PARAMETERS[name]).schema;
  return Type.Object(Object.fromEntries(namesIn(path).map((name) => [name, schemaOf(name)])));
}

const isChosen = (name: Name, chosen: string | undefined): name is ChosenName =>
  name === chosen && Object.hasOwn(CHOSEN, name);

/**
 * Makes a reader of the ids in a path. A text that is no id cannot be the id of anything, so it is answered like an unknown
 * one; unless the caller chooses this id.
 * @param chosen the id that the operation creates
 * @returns rejects with a Problem if a text is no id
 */
export function pathIdReader<Path extends string, Chosen extends ChoosableIn<Path> = never>(
  path: Path,
  chosen: Chosen | undefined,
): (params: Readonly<Record<string, string>>, find: FindEndpoint) => Promise<PathIds<Path, Chosen>> {
  const names = namesIn(path);
  return async (params, find) => {
    const ids: IdsSoFar = {};
    const chosenIds: { tenant?: TenantId; endpoint?: EndpointUid } = {};
    for (const name of names) {
      const text = params[name] ?? '';
      if (isChosen(name, chosen)) readChosen(chosenIds, name, text);
      else if (!(await readInto(ids, name, text, find))) throw notFound(name);
    }
    // All names of the path have been read.
    return { ...ids, ...chosenIds } as PathIds<Path, Chosen>;
  };
}

function readChosen<Each extends ChosenName>(
  ids: { -readonly [Name in ChosenName]?: ChosenIds[Name] },
  name: Each,
  text: string,
): void {
  const { rule, read } = CHOSEN[name];
  const id = read(text);
  if (id === undefined) throw invalid({ field: `path.${name}`, message: `must be ${rule}` });
  ids[name] = id;
}

/** @returns whether the text can be the id of something */
async function readInto<Each extends Name>(
  ids: IdsSoFar,
  name: Each,
  text: string,
  find: FindEndpoint,
): Promise<boolean> {
  const id = await PARAMETERS[name].read(text, ids, find);
  if (id === undefined) return false;
  ids[name] = id;
  return true;
}
