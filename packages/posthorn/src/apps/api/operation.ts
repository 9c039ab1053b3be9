// An operation of the API as a short declaration: where it is, its shapes, what it may be refused with, and its work. The
// rest follows from these: the ids in its path, its problems, and that a call without a body shape takes no body.
import type { FastifySchema } from 'fastify';
import { type Static, type TObject, type TSchema, type TUnsafe, Type } from 'typebox';
import type { ChangedBy } from '../../domain/endpoint/endpoint.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { ClaimedKey } from '../../seams/store/idempotency.ts';
import { changedBy } from './access/authentication.ts';
import { refuseBody } from './body-reader.ts';
import { type Found, type KeyReader, type Page, pageOf, readCursor } from './cursor.ts';
import { DEFAULT_PAGE_ITEMS } from './limits.ts';
import { answerOnce, IDEMPOTENCY_KEY, KeyHeader } from './once.ts';
import { type ChoosableIn, type FindEndpoint, namesIn, type PathIds, pathIdReader, pathSchema } from './path-ids.ts';
import { notFound, type ProblemKind } from './problems.ts';
import type { ApiServer, RouteParts } from './route.ts';
import type { PAGE_QUERY } from './schemas/fields.ts';

/** Adds an operation to a server. */
export type Operation = (app: ApiServer, parts: RouteParts) => void;

type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
type Answers = Readonly<Record<number, TSchema>>;

/** The status and the body of an answer. */
type Answer<Schemas extends Answers> = {
  readonly [Status in keyof Schemas & number]: { readonly status: Status; readonly body: Static<Schemas[Status]> };
}[keyof Schemas & number];

/** A request as an operation sees it: its ids read, query and body checked. */
export interface Asked<
  Path extends string,
  Query extends TSchema,
  Body extends TSchema,
  Chosen extends ChoosableIn<Path> = never,
> {
  readonly ids: PathIds<Path, Chosen>;
  readonly query: Static<Query>;
  /** `unknown` if the operation takes the body apart itself. */
  readonly body: Static<Body>;
  /** Of a request with an idempotency key: goes to the store with whatever the operation changes there. */
  readonly claim: ClaimedKey | undefined;
  /** Who asks, as an endpoint's versions remember it. */
  readonly by: ChangedBy;
}

interface Declared {
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  /** Besides those that follow from the path, the query and the body. */
  readonly problems?: readonly ProblemKind[];
  /** It can be called without a key. */
  readonly open?: true;
}

interface DeclaredOperation<
  Path extends string,
  Query extends TSchema,
  Body extends TSchema,
  Schemas extends Answers,
  Chosen extends ChoosableIn<Path>,
> extends Declared {
  /** The id in the path that the caller chooses; any other must exist. */
  readonly chosen?: Chosen;
  readonly query?: Query;
  readonly body?: Body;
  /** The shape of a body that the operation takes apart itself, because its numbers must keep their digits. */
  readonly rawBody?: {
    readonly shape: TSchema;
    /** Levels of arrays and objects that stand around the payloads. */
    readonly wrapping: number;
    readonly maxBytes: number;
  };
  /** Done again under the same claim, it finds all that it has made and answers the same: then only its id is kept. */
  readonly rebuilds?: true;
  /** By status. */
  readonly answers: Schemas;
  /** Called once for every server. @returns the work of a call; it throws a Problem to refuse it */
  readonly work: (parts: RouteParts) => (asked: Asked<Path, Query, Body, Chosen>) => Promise<Answer<Schemas>>;
}

/** Declares an operation. @param path under `/v1`, see path-ids.ts; one that is `open` has no prefix */
export function operation<
  Path extends string,
  Schemas extends Answers,
  Query extends TSchema = TSchema,
  Body extends TSchema = TSchema,
  Chosen extends ChoosableIn<Path> = never,
>(method: Method, path: Path, declared: DeclaredOperation<Path, Query, Body, Schemas, Chosen>): Operation {
  const { operationId, summary, tag, chosen, query, body, rawBody, answers, open = false } = declared;
  const names = namesIn(path);
  const readIds = pathIdReader(path, chosen);
  const problems: ProblemKind[] = [...(declared.problems ?? [])];
  if (names.some((name) => name !== chosen)) problems.push('not-found');
  // An idempotency key may be in use.
  if (method === 'POST') problems.push('conflict');
  if (query !== undefined || chosen !== undefined) problems.push('invalid');
  const takesNoBody = method !== 'GET' && body === undefined && rawBody === undefined;
  const schema: FastifySchema = {
    operationId,
    summary,
    tags: [tag],
    ...(open && { security: [] }),
    ...(names.length > 0 && { params: pathSchema(path, chosen) }),
    ...(query !== undefined && { querystring: query }),
    ...(body !== undefined && { body }),
    ...(method === 'POST' && { headers: KeyHeader }),
    response: answers,
  };
  return (app, parts) => {
    const work = declared.work(parts);
    const find: FindEndpoint = (tenantId, uid) => parts.store.endpointByUid(tenantId, uid);
    app.route({
      method,
      url: path,
      ...(rawBody !== undefined && { bodyLimit: rawBody.maxBytes }),
      ...(takesNoBody && { preHandler: refuseBody }),
      schema,
      config: { problems, ...(rawBody !== undefined && { rawBody: rawBody.shape, wrapping: rawBody.wrapping }) },
      handler: async (request, reply) => {
        const answerTo = async (claim: ClaimedKey | undefined) => {
          const ids = await readIds(Object(request.params), find);
          // Query and body have been checked against these shapes.
          const { query, body: sent } = request;
          const asked = { ids, query, body: sent, claim, by: changedBy(request) } as Asked<Path, Query, Body, Chosen>;
          const { status, body } = await work(asked);
          return { status: Number(status), body };
        };
        if (method === 'POST' && request.headers[IDEMPOTENCY_KEY] !== undefined) {
          return await answerOnce(parts.engine, request, reply, answerTo, declared.rebuilds ?? false);
        }
        const { status, body } = await answerTo(undefined);
        return reply.code(status).send(body);
      },
    });
  };
}

/** An answer of an operation that has several. */
export const answer = <Status extends number, Body>(status: Status, body: Body) => ({ status, body });

/** The answer of most operations. */
export const ok = <Body>(body: Body) => answer(200, body);

/** The answer of a deletion, and its shape. */
export const GONE = answer(204, null);
export const GONE_SHAPE = { 204: Type.Null({ description: 'It is gone.' }) };

interface DeclaredList<Path extends string, Query extends PageQuerySchema, Shown, Item, Key> extends Declared {
  /** One word that tells its cursors from those of other lists. */
  readonly list: string;
  readonly query: Query;
  readonly page: TUnsafe<Page<Shown>>;
  /** @returns finds the items of a page, with one more if there is one */
  readonly find: (
    parts: RouteParts,
  ) => (
    asked: Asked<Path, Query, TSchema>,
    page: { readonly limit: number; readonly after: Key | null },
  ) => Promise<readonly Item[] | Found<Item>>;
  readonly show: (item: Item, parts: RouteParts) => Shown;
  /** The value that the list is sorted by, as text, and back. */
  readonly keyOf: (item: Item) => string;
  readonly readKey: KeyReader<Key>;
}

type PageQuerySchema = TObject<typeof PAGE_QUERY>;

/** Declares an operation that lists something in pages. A list of a tenant's is refused if there is no such tenant. */
export function list<Path extends string, Query extends PageQuerySchema, Shown, Item, Key>(
  path: Path,
  declared: DeclaredList<Path, Query, Shown, Item, Key>,
): Operation {
  const { list: name, page, keyOf, readKey, find, show, ...rest } = declared;
  return operation('GET', path, {
    ...rest,
    answers: { 200: page },
    work: (parts) => {
      const findPage = find(parts);
      return async (asked) => {
        const { limit = DEFAULT_PAGE_ITEMS, cursor } = asked.query;
        const answer = await findPage(asked, { limit: limit + 1, after: readCursor(name, cursor, readKey) });
        const found = 'items' in answer ? answer : { items: answer, cutAt: null };
        await requireTenant(parts.store, asked.ids, found.items);
        return ok(pageOf(name, found, limit, keyOf, (item) => show(item, parts)));
      };
    },
  });
}

/** A list that is empty may be so because there is no such tenant. */
async function requireTenant(
  store: RouteParts['store'],
  { tenant }: { readonly tenant?: TenantId },
  items: readonly unknown[],
): Promise<void> {
  if (tenant === undefined || items.length > 0) return;
  if ((await store.tenant(tenant)) === undefined) throw notFound('tenant');
}
